//! Which laws must have a file, and which of them are on: one that is lost or switched is told here.

use super::LAWS;
use crate::law::Confidence;
use std::collections::BTreeSet;

/// The fifty states, the District of Columbia and the territories with a statute of their own.
const STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA GU HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR \
                      RI SC SD TN TX UT VT VA VI WA WV WI WY";

/// The members of the Union and of the European Economic Area.
const GDPR: &str = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO";

/// Federal, sector and foreign laws of medium or high confidence.
const ON: &str = "ad_lqpd ae_adgm ae_difc ae_pdpl al_law_124 ar_pdpl au_ndb au_nsw_public au_qld_public ba_pdpl bm_pipa br_lgpd bw_dpa \
    by_law_99 ca_alberta ca_alberta_health ca_bc_public ca_ontario_health ca_pipeda ca_quebec ch_fadp ch_isg cl_cyber \
    cl_ley_21719 cn_incident cn_pipl co_ley_1581 cr_ley_8968 dz_law_18_07 ec_lopdp eg_pdpl eu_cer eu_cra eu_dora eu_eidas \
    eu_gdpr eu_institutions eu_law_enforcement eu_nis2 eu_telecom gb_nis gb_pecr gb_uk_gdpr ge_pdpl gg_dpl gh_dpa \
    hk_infrastructure hk_pdpo id_pdp il_ppl im_gdpr in_cert_in in_dpdp je_dpl jm_dpa jo_pdpl jp_appi ke_dpa kr_pipa ky_dpa \
    kz_law_94 md_law_195 mk_pdpl mu_dpa mx_lfpdppp my_pdpa ng_ndpa nz_privacy_act om_pdpl pe_lpdp ph_dpa pk_general \
    py_ley_7593 qa_pdppl rs_pdpl ru_law_152 rw_law_058 sa_pdpl sg_pdpa sv_lpdp th_pdpa tr_kvkk tw_pdpa tz_pdpa ug_dppa \
    us_bank_guidance us_bank_incident us_dfars us_ferpa us_ftc_health us_ftc_safeguards us_hipaa us_hipaa_associate us_irs \
    us_ncua us_ny_dfs us_part_2 us_sec_8k us_sec_regulation_s_p uy_ley_18331 vn_pdpl za_popia zm_dpa zw_cdpa";

/// Laws of low confidence, not in force for certain, or no laws.
const OFF: &str = "am_pdpl bb_dpa bd_pdpo bh_law_30 ca_alberta_public ca_federal_institutions ca_other_health do_ley_172 \
    et_proclamation_1321 fo_act_80 gi_gdpr kw_citra lk_pdpa ma_law_09_08 mc_law_1565 me_pdpl mw_dpa pa_ley_81 qa_qfc \
    sm_law_171 sn_law_2008_12 tn_law_2004_63 ua_law_2297 us_circia us_fcc us_pci xk_law_06";

fn set(words: &str) -> BTreeSet<&str> {
    words.split_whitespace().collect()
}

fn of_state(id: &str) -> bool {
    id.len() == 5 && id.starts_with("us_")
}

#[test]
fn every_state_has_its_general_statute_and_it_is_on() {
    let wanted: BTreeSet<String> = set(STATES).iter().map(|state| format!("us_{}", state.to_lowercase())).collect();
    let found: BTreeSet<String> = LAWS.iter().filter(|law| of_state(&law.id) && !law.opt_in).map(|law| law.id.clone()).collect();
    assert_eq!((found.len(), &found), (54, &wanted));
    for law in LAWS.iter().filter(|law| of_state(&law.id)) {
        assert_eq!(law.jurisdictions, [format!("US-{}", law.id[3..].to_uppercase())]);
    }
}

#[test]
fn the_general_regulation_names_an_authority_in_each_of_its_thirty_states() {
    let gdpr = LAWS.iter().find(|law| law.id == "eu_gdpr").expect("the regulation");
    let without: Vec<_> = set(GDPR).into_iter().filter(|state| !gdpr.authorities.contains_key(*state)).collect();
    assert!(without.is_empty() && set(GDPR).len() == 30, "{without:?}");
    assert!(gdpr.jurisdictions.iter().all(|state| gdpr.authorities.contains_key(state)));
}

#[test]
fn every_other_law_is_there_and_on_or_off_as_far_as_it_can_be_trusted() {
    let others = || LAWS.iter().filter(|law| !of_state(&law.id));
    let ids = |off: bool| -> BTreeSet<&str> { others().filter(|law| law.opt_in == off).map(|law| law.id.as_str()).collect() };
    assert_eq!(ids(false), set(ON));
    assert_eq!(ids(true), set(OFF));
    assert!(others().all(|law| law.opt_in == (law.confidence == Confidence::Low)));
}

#[test]
fn a_file_that_nobody_compared_with_its_law_is_never_of_high_confidence_and_says_so() {
    let surveys: Vec<_> = LAWS.iter().filter(|law| law.survey).collect();
    assert!(surveys.len() > 40 && surveys.iter().all(|law| law.confidence < Confidence::High));
    let duties = super::rows(&super::population("GH 5 name email"), super::MARCH);
    let row = duties.iter().find(|duty| duty.law_id == "gh_dpa").expect("a duty");
    assert!(row.as_of.is_none() && row.note.contains("drafted on 2026-11-22 from a survey of laws"), "{}", row.note);
}
