//! Checks: what official rules say of a value's digits. One file each; pattern files name them.
//!
//! A check gets a normalised value (digits, or upper-case letters and digits) and says whether
//! it may exist. To add one: write `check/<name>.rs` and put it in [`CHECKS`].

mod aba_routing;
mod ad_nrt;
mod ae_eid;
mod ar_cbu;
mod ar_cuit;
mod arithmetic;
mod at_svnr;
mod at_tin;
mod au_ihi;
mod au_medicare;
mod au_tfn;
pub(super) mod aws_key;
mod az_voen;
mod azure_sas;
mod base58check;
mod basic_auth;
mod be_eid;
mod be_nn;
mod bech32;
mod bg_egn;
mod bg_lnch;
mod bic;
mod birth_date;
mod bitcoin;
mod br_cns;
mod br_cpf;
mod br_pis;
mod br_titulo;
mod by_unp;
mod ca_bc_phn;
mod ca_on_hcn;
mod ca_qc_ramq;
mod ca_sin;
mod card;
mod card_track;
mod ch_ahv;
mod cl_rut;
mod cn_ric;
mod co_nit;
mod cr_cedula;
mod crc32_base62;
mod cu_ni;
mod cy_tic;
mod cz_bank_account;
mod cz_rodne_cislo;
mod date;
mod de_kvnr;
mod de_lanr;
mod de_rvnr;
mod de_steuer_id;
mod de_steuernummer;
mod dk_cpr;
mod do_cedula;
mod ec_ci;
mod ec_ruc;
mod ee_isikukood;
mod eg_id;
mod es_ccc;
mod es_dni;
mod es_nss;
mod ethereum;
mod fi_hetu;
mod fr_nif;
mod fr_nir;
mod gb_nhs;
mod gb_nino;
mod gb_upn;
mod gb_utr;
mod gh_tin;
mod gr_afm;
mod gr_amka;
mod gt_cui;
mod gt_nit;
mod hexadecimal;
mod hk_id;
mod hr_oib;
mod hu_adoazonosito;
mod hu_taj;
mod iban;
mod iccid;
mod icd10;
mod id_nik;
mod id_npwp;
mod ie_pps;
mod il_id;
mod imei;
mod imsi;
mod in_aadhaar;
mod in_epic;
mod in_pan;
mod in_vid;
mod ipv4;
mod ipv6;
mod ir_melli;
mod is_kennitala;
mod it_codice_fiscale;
mod jp_my_number;
mod jwt;
mod kr_rrn;
mod kw_civil;
mod kz_iin;
mod lk_nic;
mod loinc;
mod lt_asmens_kodas;
mod lu_nin;
mod luhn;
mod lv_personas_kods;
mod mac;
mod mbi;
mod md_idnp;
mod meid;
mod mrz;
mod mu_nid;
mod mx_clabe;
mod mx_curp;
mod mx_rfc;
mod my_nric;
mod mz_nuit;
mod nl_bsn;
mod nl_document;
mod nl_onderwijsnummer;
mod no_fodselsnummer;
mod no_kontonr;
mod npi;
mod nz_bank_account;
mod nz_ird;
mod nz_nhi;
mod password_hash;
mod pe_cui;
mod pe_ruc;
mod pk_cnic;
mod pl_dowod;
mod pl_passport;
mod pl_pesel;
mod pt_cc;
mod pt_nif;
mod pt_niss;
mod py_ruc;
mod ro_cnp;
mod ru_inn;
mod ru_snils;
mod sa_id;
mod se_personnummer;
mod sg_nric;
mod si_davcna;
mod si_emso;
mod slack_token;
mod snomed;
mod sv_dui;
mod sv_nit;
mod telegram_token;
mod th_id;
mod tr_kimlik;
mod tr_vkn;
mod tw_id;
mod ua_rnokpp;
mod us_dea;
mod us_itin;
mod us_ssn;
mod uy_ci;
mod ve_rif;
mod vin;
mod vn_cccd;
mod vn_mst;
mod wif;
mod za_id;
mod za_tin;

pub(super) use arithmetic::plausible_date;
use arithmetic::{LATEST_BIRTH, base64url, digits, luhn_sum, mod_11_10, number, plausible_short_date, verhoeff, weighted};
pub(super) use iban::length_in as iban_length_in;

/// A named check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What pattern files call it.
    pub name: &'static str,
    pub run: fn(&[u8]) -> bool,
    /// The share of random values of the right length and kinds of characters that pass.
    pub chance: f32,
    /// The share of one-digit changes of a right value that are refused, at least. The
    /// property test holds the check to it.
    pub flips: f32,
}

/// Every check, by name.
pub const CHECKS: &[Check] = &[
    Check { name: "aba_routing", run: aba_routing::aba_routing, chance: 0.035, flips: 1.0 },
    Check { name: "ad_nrt", run: ad_nrt::ad_nrt, chance: 0.008, flips: 0.05 },
    Check { name: "ae_eid", run: ae_eid::ae_eid, chance: 0.0001, flips: 0.99 },
    Check { name: "ar_cbu", run: ar_cbu::ar_cbu, chance: 0.01, flips: 1.0 },
    Check { name: "ar_cuit", run: ar_cuit::ar_cuit, chance: 0.006, flips: 0.9 },
    Check { name: "at_svnr", run: at_svnr::at_svnr, chance: 0.004, flips: 0.95 },
    Check { name: "at_tin", run: at_tin::at_tin, chance: 0.1, flips: 1.0 },
    Check { name: "au_ihi", run: au_ihi::au_ihi, chance: 0.0001, flips: 1.0 },
    Check { name: "au_medicare", run: au_medicare::au_medicare, chance: 0.05, flips: 0.8 },
    Check { name: "au_tfn", run: au_tfn::au_tfn, chance: 0.09, flips: 1.0 },
    Check { name: "aws_key", run: aws_key::aws_key, chance: 0.9, flips: 0.0 },
    Check { name: "az_voen", run: az_voen::az_voen, chance: 0.009, flips: 0.95 },
    Check { name: "azure_sas", run: azure_sas::azure_sas, chance: 0.0001, flips: 0.0 },
    Check { name: "base58check", run: base58check::base58check, chance: 0.0001, flips: 0.99 },
    Check { name: "basic_auth", run: basic_auth::basic_auth, chance: 0.001, flips: 0.0 },
    Check { name: "be_eid", run: be_eid::be_eid, chance: 0.01, flips: 1.0 },
    Check { name: "be_nn", run: be_nn::be_nn, chance: 0.01, flips: 0.98 },
    Check { name: "bech32", run: bech32::bech32, chance: 0.0001, flips: 0.99 },
    Check { name: "bg_egn", run: bg_egn::bg_egn, chance: 0.015, flips: 0.95 },
    Check { name: "bg_lnch", run: bg_lnch::bg_lnch, chance: 0.1, flips: 0.95 },
    Check { name: "bic", run: bic::bic, chance: 0.0002, flips: 0.05 },
    Check { name: "birth_date", run: birth_date::birth_date, chance: 0.9, flips: 0.0 },
    Check { name: "bitcoin", run: bitcoin::bitcoin, chance: 0.0001, flips: 0.99 },
    Check { name: "br_cns", run: br_cns::br_cns, chance: 0.045, flips: 1.0 },
    Check { name: "br_cpf", run: br_cpf::br_cpf, chance: 0.01, flips: 0.98 },
    Check { name: "br_pis", run: br_pis::br_pis, chance: 0.1, flips: 0.85 },
    Check { name: "br_titulo", run: br_titulo::br_titulo, chance: 0.003, flips: 0.85 },
    Check { name: "by_unp", run: by_unp::by_unp, chance: 0.01, flips: 0.9 },
    Check { name: "ca_bc_phn", run: ca_bc_phn::ca_bc_phn, chance: 0.009, flips: 0.95 },
    Check { name: "ca_on_hcn", run: ca_on_hcn::ca_on_hcn, chance: 0.09, flips: 1.0 },
    Check { name: "ca_qc_ramq", run: ca_qc_ramq::ca_qc_ramq, chance: 0.07, flips: 0.15 },
    Check { name: "ca_sin", run: ca_sin::ca_sin, chance: 0.08, flips: 1.0 },
    Check { name: "card", run: card::card, chance: 0.02, flips: 1.0 },
    Check { name: "card_track", run: card_track::card_track, chance: 0.01, flips: 0.4 },
    Check { name: "ch_ahv", run: ch_ahv::ch_ahv, chance: 0.0001, flips: 1.0 },
    Check { name: "cl_rut", run: cl_rut::cl_rut, chance: 0.09, flips: 0.95 },
    Check { name: "cn_ric", run: cn_ric::cn_ric, chance: 0.0005, flips: 1.0 },
    Check { name: "co_nit", run: co_nit::co_nit, chance: 0.09, flips: 0.95 },
    Check { name: "cr_cedula", run: cr_cedula::cr_cedula, chance: 0.8, flips: 0.0 },
    Check { name: "crc32_base62", run: crc32_base62::crc32_base62, chance: 0.0, flips: 0.99 },
    Check { name: "cu_ni", run: cu_ni::cu_ni, chance: 0.037, flips: 0.15 },
    Check { name: "cy_tic", run: cy_tic::cy_tic, chance: 0.04, flips: 0.95 },
    Check { name: "cz_bank_account", run: cz_bank_account::cz_bank_account, chance: 0.008, flips: 0.7 },
    Check { name: "cz_rodne_cislo", run: cz_rodne_cislo::cz_rodne_cislo, chance: 0.01, flips: 0.9 },
    Check { name: "date", run: date::date, chance: 0.05, flips: 0.2 },
    Check { name: "de_kvnr", run: de_kvnr::de_kvnr, chance: 0.1, flips: 0.95 },
    Check { name: "de_lanr", run: de_lanr::de_lanr, chance: 0.1, flips: 0.6 },
    Check { name: "de_rvnr", run: de_rvnr::de_rvnr, chance: 0.005, flips: 0.85 },
    Check { name: "de_steuer_id", run: de_steuer_id::de_steuer_id, chance: 0.003, flips: 1.0 },
    Check { name: "de_steuernummer", run: de_steuernummer::de_steuernummer, chance: 0.9, flips: 0.0 },
    Check { name: "dk_cpr", run: dk_cpr::dk_cpr, chance: 0.034, flips: 0.2 },
    Check { name: "do_cedula", run: do_cedula::do_cedula, chance: 0.1, flips: 1.0 },
    Check { name: "ec_ci", run: ec_ci::ec_ci, chance: 0.015, flips: 1.0 },
    Check { name: "ec_ruc", run: ec_ruc::ec_ruc, chance: 0.015, flips: 0.75 },
    Check { name: "ee_isikukood", run: ee_isikukood::ee_isikukood, chance: 0.002, flips: 0.95 },
    Check { name: "eg_id", run: eg_id::eg_id, chance: 0.002, flips: 0.2 },
    Check { name: "es_ccc", run: es_ccc::es_ccc, chance: 0.01, flips: 0.95 },
    Check { name: "es_dni", run: es_dni::es_dni, chance: 0.043, flips: 1.0 },
    Check { name: "es_nss", run: es_nss::es_nss, chance: 0.007, flips: 0.98 },
    Check { name: "ethereum", run: ethereum::ethereum, chance: 0.0001, flips: 0.0 },
    Check { name: "fi_hetu", run: fi_hetu::fi_hetu, chance: 0.001, flips: 1.0 },
    Check { name: "fr_nif", run: fr_nif::fr_nif, chance: 0.001, flips: 0.99 },
    Check { name: "fr_nir", run: fr_nir::fr_nir, chance: 0.005, flips: 0.99 },
    Check { name: "gb_nhs", run: gb_nhs::gb_nhs, chance: 0.083, flips: 1.0 },
    Check { name: "gb_nino", run: gb_nino::gb_nino, chance: 0.002, flips: 0.3 },
    Check { name: "gb_upn", run: gb_upn::gb_upn, chance: 0.04, flips: 0.9 },
    Check { name: "gb_utr", run: gb_utr::gb_utr, chance: 0.1, flips: 0.9 },
    Check { name: "gh_tin", run: gh_tin::gh_tin, chance: 0.09, flips: 0.9 },
    Check { name: "gr_afm", run: gr_afm::gr_afm, chance: 0.1, flips: 0.95 },
    Check { name: "gr_amka", run: gr_amka::gr_amka, chance: 0.004, flips: 1.0 },
    Check { name: "gt_cui", run: gt_cui::gt_cui, chance: 0.02, flips: 0.65 },
    Check { name: "gt_nit", run: gt_nit::gt_nit, chance: 0.09, flips: 0.9 },
    Check { name: "hexadecimal", run: hexadecimal::hexadecimal, chance: 0.0001, flips: 0.0 },
    Check { name: "hk_id", run: hk_id::hk_id, chance: 0.05, flips: 0.95 },
    Check { name: "hr_oib", run: hr_oib::hr_oib, chance: 0.1, flips: 1.0 },
    Check { name: "hu_adoazonosito", run: hu_adoazonosito::hu_adoazonosito, chance: 0.01, flips: 0.95 },
    Check { name: "hu_taj", run: hu_taj::hu_taj, chance: 0.1, flips: 1.0 },
    Check { name: "iban", run: iban::iban, chance: 0.0001, flips: 0.99 },
    Check { name: "iccid", run: iccid::iccid, chance: 0.001, flips: 0.99 },
    Check { name: "icd10", run: icd10::icd10, chance: 0.02, flips: 0.2 },
    Check { name: "id_nik", run: id_nik::id_nik, chance: 0.025, flips: 0.13 },
    Check { name: "id_npwp", run: id_npwp::id_npwp, chance: 0.1, flips: 0.5 },
    Check { name: "ie_pps", run: ie_pps::ie_pps, chance: 0.03, flips: 1.0 },
    Check { name: "il_id", run: il_id::il_id, chance: 0.1, flips: 1.0 },
    Check { name: "imei", run: imei::imei, chance: 0.1, flips: 1.0 },
    Check { name: "imsi", run: imsi::imsi, chance: 0.23, flips: 0.08 },
    Check { name: "in_aadhaar", run: in_aadhaar::in_aadhaar, chance: 0.08, flips: 1.0 },
    Check { name: "in_epic", run: in_epic::in_epic, chance: 0.1, flips: 1.0 },
    Check { name: "in_pan", run: in_pan::in_pan, chance: 0.002, flips: 0.0 },
    Check { name: "in_vid", run: in_vid::in_vid, chance: 0.08, flips: 0.99 },
    Check { name: "ipv4", run: ipv4::ipv4, chance: 0.0, flips: 0.1 },
    Check { name: "ipv6", run: ipv6::ipv6, chance: 0.0, flips: 0.1 },
    Check { name: "ir_melli", run: ir_melli::ir_melli, chance: 0.1, flips: 0.9 },
    Check { name: "is_kennitala", run: is_kennitala::is_kennitala, chance: 0.001, flips: 0.95 },
    Check { name: "it_codice_fiscale", run: it_codice_fiscale::it_codice_fiscale, chance: 0.0001, flips: 0.95 },
    Check { name: "jp_my_number", run: jp_my_number::jp_my_number, chance: 0.1, flips: 0.9 },
    Check { name: "jwt", run: jwt::jwt, chance: 0.0, flips: 0.3 },
    Check { name: "kr_rrn", run: kr_rrn::kr_rrn, chance: 0.004, flips: 0.3 },
    Check { name: "kw_civil", run: kw_civil::kw_civil, chance: 0.001, flips: 0.95 },
    Check { name: "kz_iin", run: kz_iin::kz_iin, chance: 0.003, flips: 0.9 },
    Check { name: "lk_nic", run: lk_nic::lk_nic, chance: 0.05, flips: 0.1 },
    Check { name: "loinc", run: loinc::loinc, chance: 0.1, flips: 1.0 },
    Check { name: "lt_asmens_kodas", run: lt_asmens_kodas::lt_asmens_kodas, chance: 0.01, flips: 0.9 },
    Check { name: "lu_nin", run: lu_nin::lu_nin, chance: 0.0001, flips: 0.9 },
    Check { name: "luhn", run: luhn::luhn, chance: 0.1, flips: 1.0 },
    Check { name: "lv_personas_kods", run: lv_personas_kods::lv_personas_kods, chance: 0.01, flips: 0.9 },
    Check { name: "mac", run: mac::mac, chance: 0.001, flips: 0.0 },
    Check { name: "mbi", run: mbi::mbi, chance: 0.001, flips: 0.3 },
    Check { name: "md_idnp", run: md_idnp::md_idnp, chance: 0.02, flips: 0.95 },
    Check { name: "meid", run: meid::meid, chance: 0.2, flips: 0.05 },
    Check { name: "mrz", run: mrz::mrz, chance: 0.001, flips: 0.6 },
    Check { name: "mu_nid", run: mu_nid::mu_nid, chance: 0.002, flips: 0.9 },
    Check { name: "mx_clabe", run: mx_clabe::mx_clabe, chance: 0.1, flips: 1.0 },
    Check { name: "mx_curp", run: mx_curp::mx_curp, chance: 0.0001, flips: 0.9 },
    Check { name: "mx_rfc", run: mx_rfc::mx_rfc, chance: 0.036, flips: 0.2 },
    Check { name: "my_nric", run: my_nric::my_nric, chance: 0.033, flips: 0.15 },
    Check { name: "mz_nuit", run: mz_nuit::mz_nuit, chance: 0.09, flips: 0.95 },
    Check { name: "nl_bsn", run: nl_bsn::nl_bsn, chance: 0.09, flips: 1.0 },
    Check { name: "nl_document", run: nl_document::nl_document, chance: 0.7, flips: 0.0 },
    Check { name: "nl_onderwijsnummer", run: nl_onderwijsnummer::nl_onderwijsnummer, chance: 0.001, flips: 0.95 },
    Check { name: "no_fodselsnummer", run: no_fodselsnummer::no_fodselsnummer, chance: 0.002, flips: 1.0 },
    Check { name: "no_kontonr", run: no_kontonr::no_kontonr, chance: 0.09, flips: 1.0 },
    Check { name: "npi", run: npi::npi, chance: 0.02, flips: 1.0 },
    Check { name: "nz_bank_account", run: nz_bank_account::nz_bank_account, chance: 0.03, flips: 0.4 },
    Check { name: "nz_ird", run: nz_ird::nz_ird, chance: 0.05, flips: 0.95 },
    Check { name: "nz_nhi", run: nz_nhi::nz_nhi, chance: 0.05, flips: 0.8 },
    Check { name: "password_hash", run: password_hash::password_hash, chance: 0.0, flips: 0.05 },
    Check { name: "pe_cui", run: pe_cui::pe_cui, chance: 0.1, flips: 0.85 },
    Check { name: "pe_ruc", run: pe_ruc::pe_ruc, chance: 0.004, flips: 0.85 },
    Check { name: "pk_cnic", run: pk_cnic::pk_cnic, chance: 0.63, flips: 0.02 },
    Check { name: "pl_dowod", run: pl_dowod::pl_dowod, chance: 0.1, flips: 0.95 },
    Check { name: "pl_passport", run: pl_passport::pl_passport, chance: 0.1, flips: 0.95 },
    Check { name: "pl_pesel", run: pl_pesel::pl_pesel, chance: 0.02, flips: 1.0 },
    Check { name: "pt_cc", run: pt_cc::pt_cc, chance: 0.1, flips: 0.95 },
    Check { name: "pt_nif", run: pt_nif::pt_nif, chance: 0.08, flips: 0.9 },
    Check { name: "pt_niss", run: pt_niss::pt_niss, chance: 0.02, flips: 0.8 },
    Check { name: "py_ruc", run: py_ruc::py_ruc, chance: 0.1, flips: 0.85 },
    Check { name: "ro_cnp", run: ro_cnp::ro_cnp, chance: 0.003, flips: 0.95 },
    Check { name: "ru_inn", run: ru_inn::ru_inn, chance: 0.01, flips: 0.97 },
    Check { name: "ru_snils", run: ru_snils::ru_snils, chance: 0.01, flips: 0.99 },
    Check { name: "sa_id", run: sa_id::sa_id, chance: 0.02, flips: 1.0 },
    Check { name: "se_personnummer", run: se_personnummer::se_personnummer, chance: 0.01, flips: 1.0 },
    Check { name: "sg_nric", run: sg_nric::sg_nric, chance: 0.02, flips: 0.95 },
    Check { name: "si_davcna", run: si_davcna::si_davcna, chance: 0.08, flips: 0.9 },
    Check { name: "si_emso", run: si_emso::si_emso, chance: 0.005, flips: 0.85 },
    Check { name: "slack_token", run: slack_token::slack_token, chance: 0.0001, flips: 0.0 },
    Check { name: "snomed", run: snomed::snomed, chance: 0.002, flips: 0.97 },
    Check { name: "sv_dui", run: sv_dui::sv_dui, chance: 0.1, flips: 0.7 },
    Check { name: "sv_nit", run: sv_nit::sv_nit, chance: 0.03, flips: 0.85 },
    Check { name: "telegram_token", run: telegram_token::telegram_token, chance: 0.0001, flips: 0.0 },
    Check { name: "th_id", run: th_id::th_id, chance: 0.08, flips: 0.8 },
    Check { name: "tr_kimlik", run: tr_kimlik::tr_kimlik, chance: 0.01, flips: 1.0 },
    Check { name: "tr_vkn", run: tr_vkn::tr_vkn, chance: 0.1, flips: 0.9 },
    Check { name: "tw_id", run: tw_id::tw_id, chance: 0.02, flips: 0.95 },
    Check { name: "ua_rnokpp", run: ua_rnokpp::ua_rnokpp, chance: 0.1, flips: 0.9 },
    Check { name: "us_dea", run: us_dea::us_dea, chance: 0.07, flips: 0.8 },
    Check { name: "us_itin", run: us_itin::us_itin, chance: 0.05, flips: 0.15 },
    Check { name: "us_ssn", run: us_ssn::us_ssn, chance: 0.88, flips: 0.01 },
    Check { name: "uy_ci", run: uy_ci::uy_ci, chance: 0.1, flips: 0.75 },
    Check { name: "ve_rif", run: ve_rif::ve_rif, chance: 0.09, flips: 0.85 },
    Check { name: "vin", run: vin::vin, chance: 0.001, flips: 0.1 },
    Check { name: "vn_cccd", run: vn_cccd::vn_cccd, chance: 0.04, flips: 0.05 },
    Check { name: "vn_mst", run: vn_mst::vn_mst, chance: 0.09, flips: 0.75 },
    Check { name: "wif", run: wif::wif, chance: 0.0001, flips: 0.99 },
    Check { name: "za_id", run: za_id::za_id, chance: 0.001, flips: 1.0 },
    Check { name: "za_tin", run: za_tin::za_tin, chance: 0.05, flips: 1.0 },
];

/// The check of this name.
pub(super) fn by_name(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sorted() {
        assert!(CHECKS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(by_name("luhn").is_some() && by_name("nothing").is_none());
    }

    fn vectors() -> impl Iterator<Item = (&'static Check, bool, &'static str)> {
        include_str!("vectors.tsv").lines().filter(|line| !line.starts_with('#')).map(|line| {
            let mut fields = line.split('\t');
            let check = by_name(fields.next().expect("a check")).expect("a check that exists");
            (check, fields.next() == Some("+"), fields.next().expect("a value"))
        })
    }

    #[test]
    fn an_independent_implementation_agrees() {
        // Korean numbers of births since October 2020 keep no check digit, and groups 50 to 65 of the
        // ITIN are issued since 2012; the other implementation does not know either.
        let differ: Vec<_> = vectors()
            .filter(|(check, right, value)| {
                (check.run)(value.as_bytes()) != *right && (*right || !matches!(check.name, "kr_rrn" | "us_itin"))
            })
            .map(|(check, right, value)| (check.name, right, value))
            .collect();
        assert!(differ.is_empty(), "{differ:?}");
    }

    /// xorshift64, and FNV-1a for seeds and for the sum of answers; as tests/oracle/make.py has them.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn below(&mut self, end: usize) -> usize {
            (self.next() % end as u64) as usize
        }
    }

    fn fnv(hash: u64, byte: u8) -> u64 {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }

    const FNV: u64 = 0xcbf2_9ce4_8422_2325;

    /// The characters of the same class.
    fn among(byte: u8) -> Vec<u8> {
        match byte {
            b'0'..=b'9' => (b'0'..=b'9').collect(),
            b'A'..=b'Z' => (b'A'..=b'Z').collect(),
            _ => vec![byte],
        }
    }

    /// Bodies made, right values, changed values refused, hash of all answers: of the stream
    /// that tests/oracle/make.py describes.
    fn stream(check: &Check, bases: &[&[u8]], double: bool) -> (u32, u32, u32, u64) {
        let mut random = Random(check.name.bytes().fold(FNV, fnv));
        let (mut bodies, mut right, mut refused, mut hash) = (0, 0, 0, FNV);
        while right < 400 && bodies < 2000 {
            bodies += 1;
            let mut body = bases[random.below(bases.len())].to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(body.len());
                let others = among(body[at]);
                body[at] = others[random.below(others.len())];
            }
            let at = random.below(body.len());
            let mut values = Vec::new();
            for one in among(body[at]) {
                body[at] = one;
                match body.get(at + 1).filter(|_| double) {
                    Some(after) => values.extend(among(*after).into_iter().map(|two| {
                        let mut value = body.clone();
                        value[at + 1] = two;
                        value
                    })),
                    None => values.push(body.clone()),
                }
            }
            for mut value in values {
                let said = (check.run)(&value);
                hash = fnv(hash, b'0' + u8::from(said));
                if !said {
                    continue;
                }
                right += 1;
                let mut place = random.below(value.len());
                while !value[place].is_ascii_digit() {
                    place = (place + 1) % value.len();
                }
                value[place] = b'0' + (value[place] - b'0' + 1 + random.below(9) as u8) % 10;
                let said = (check.run)(&value);
                hash = fnv(hash, b'0' + u8::from(said));
                refused += u32::from(!said);
            }
        }
        (bodies, right, refused, hash)
    }

    #[test]
    fn an_independent_implementation_agrees_on_long_streams() {
        let (mut all_right, mut all_refused) = (0, 0);
        for line in include_str!("streams.tsv").lines().filter(|line| !line.starts_with('#')) {
            let [name, double, bodies, right, refused, hash] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let bases: Vec<&[u8]> =
                vectors().filter(|(check, said, _)| *said && check.name == name).map(|(_, _, value)| value.as_bytes()).collect();
            let ours = stream(by_name(name).expect("a check that exists"), &bases, double == "1");
            let number = |text: &str| text.parse::<u32>().expect("a number");
            let theirs = (number(bodies), number(right), number(refused), u64::from_str_radix(hash, 16).expect("a hash"));
            assert_eq!(ours, theirs, "{name}: bodies, right, refused, hash of all answers");
            all_right += ours.1;
            all_refused += ours.2;
        }
        assert!(all_right >= 10_000 && all_refused >= 10_000, "{all_right} right values, {all_refused} changed ones refused");
    }

    #[test]
    fn changes_of_one_digit_are_refused_as_often_as_promised() {
        let mut counts: std::collections::BTreeMap<&str, (u32, u32, f32)> = std::collections::BTreeMap::new();
        for (check, _, value) in vectors().filter(|(_, right, _)| *right) {
            let count = counts.entry(check.name).or_insert((0, 0, check.flips));
            for (place, byte) in value.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
                for digit in (b'0'..=b'9').filter(|digit| *digit != byte) {
                    let mut changed = value.as_bytes().to_vec();
                    changed[place] = digit;
                    count.0 += u32::from(!(check.run)(&changed));
                    count.1 += 1;
                }
            }
        }
        let weak: Vec<_> = counts.into_iter().filter(|(_, (refused, all, promised))| (*refused as f32) < *promised * *all as f32).collect();
        assert!(weak.is_empty(), "{weak:?}");
    }

    #[test]
    fn no_check_panics_on_any_short_value() {
        for check in CHECKS {
            for length in 0..45 {
                for byte in [b'0', b'9', b'A', b'Z', b'-', 0xff] {
                    (check.run)(&vec![byte; length]);
                }
            }
        }
    }
}
