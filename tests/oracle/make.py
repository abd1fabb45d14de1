#!/usr/bin/env python3
"""Asks an independent implementation (python-stdnum 2.2) what it says of a stream of values, and
writes its answers for the test `an_independent_implementation_agrees_on_long_streams`
(src/detect/check/mod.rs). Run from the root of the repository:

    pip install python-stdnum==2.2 && python3 tests/oracle/make.py

Reads src/detect/check/vectors.tsv: the right values in it are what the streams are made from. To a check
that has none it adds some, drawn from the right values in SEEDS.
Writes src/detect/check/do_cedula.tsv, the FNV-1a hashes of numbers that were issued though they do not check.
Writes src/detect/check/streams.tsv, a line for each check:

    check, bodies, right values, changed values refused, FNV-1a hash of every answer in order

The stream of a check, which the test makes again byte for byte (`next` is xorshift64, seeded with
the FNV-1a hash of the check's name):

  body      one of the right values (next % how many), in which 1 + next % 4 times the character
            at next % length becomes another of its class: a digit next % 10, a letter A + next % 26
  values    the body with the character at next % length replaced by every one of its class, and,
            where one in thirty or fewer pass (a two-digit check), with two neighbours replaced
  changed   each right value with the digit at a place (next % length, then the first digit from
            there on) made another one (+ 1 + next % 9)

until 400 right values were met or 2000 bodies made. A right value that is met twice counts twice.
"""
import datetime, importlib

MASK = (1 << 64) - 1


def fnv(data, start=0xCBF29CE484222325):
    for byte in data:
        start = ((start ^ byte) * 0x100000001B3) & MASK
    return start


class Random:
    def __init__(self, name):
        self.state = fnv(name.encode())

    def next(self):
        x = self.state
        x ^= (x << 13) & MASK
        x ^= x >> 7
        x ^= (x << 17) & MASK
        self.state = x
        return x


def module(name):
    return importlib.import_module("stdnum." + name).is_valid


def only(name, holds):
    """What the module says, of persons' numbers alone: some modules judge firms' too."""
    valid = module(name)
    return lambda value: holds(value) and valid(value)


def upn(value):
    """The check letter alone; the module also asks for a local authority of its list."""
    from stdnum.gb import upn
    try:
        return len(value) == 13 and value[1:12].isdigit() and (value[12].isdigit() or value[12] in "ABCDEFGHJKLMNPQRTUVWXYZ") \
            and upn.calc_check_digit(value[1:]) == value[0]
    except ValueError:
        return False


def rfc(value):
    from stdnum.mx import rfc
    try:
        return len(value) in (10, 13) and bool(rfc.validate(value))
    except Exception:
        return False


class Later(datetime.date):
    """Modules that ask for the day of today get the same answer every time."""

    @classmethod
    def today(cls):
        return datetime.date(2049, 12, 31)


class Soon(datetime.date):
    @classmethod
    def today(cls):
        return datetime.date(2030, 12, 31)


def belgian(value):
    """National and BIS numbers."""
    import types
    from stdnum.be import bis, nn
    nn.datetime = types.SimpleNamespace(date=Later)
    return nn.is_valid(value) or bis.is_valid(value)


def danish(value):
    """Serials above nought, births up to 2030, and a 29th of February 1900: the century a serial stands for has changed."""
    import types
    from stdnum.dk import cpr
    cpr.datetime = types.SimpleNamespace(date=Soon)
    leap = value[:6] == "290200" and cpr.is_valid("2802" + value[4:])
    return (cpr.is_valid(value) or leap) and value[6:] != "0000"


def ecuadorian(value):
    """Of persons: the number of a cédula, whose third digit may be a 6."""
    from stdnum.ec import ci
    return ci.is_valid(value[:10]) and value[10:] != "000"


def indonesian(value):
    """Any district of any province: the module has those of its day."""
    from stdnum.id import nik
    try:
        return len(value) == 16 and value[:2] in PROVINCES and value[12:] != "0000" and int(value[6:8]) % 40 != 0 \
            and int(value[6:8]) <= 71 and bool(nik.get_birth_date(value))
    except Exception:
        return False


def korean(value):
    """No check digit since October 2020, and births up to 2030; the digit of foreign residents two further on."""
    from stdnum.kr import rrn
    try:
        born = str(rrn.get_birth_date(value))
        if born >= "2020-10-05":
            return born <= "2030-12-31"
    except ValueError:
        return False
    plain = value[:12] + str((int(value[12]) - 2) % 10)
    return rrn.is_valid(value) or (value[6] in "5678" and rrn.is_valid(plain))


def czech(value):
    """The module also asks for the banks of its day."""
    from stdnum.cz import bankaccount as account
    prefix, root, bank = value[:6], value[6:16], value[16:]
    return account._calc_checksum(prefix) == 0 and account._calc_checksum(root) == 0 and bank != "0000" and len(root.replace("0", "")) > 1


def subscriber(value):
    """Codes of countries that are given out though no network has them yet; not those of test networks."""
    from stdnum import imsi
    known = imsi.is_valid(value) or value[:3] in ("315", "332", "406", "430", "431", "461", "534", "535")
    return known and value[:3] not in ("001", "991", "995", "999") and len(set(value[3:])) > 1


def costa_rican(value):
    """No part is nought."""
    from stdnum.cr import cpf
    whole = value.zfill(10)
    return cpf.is_valid(value) and whole[1] != "0" and whole[2:6] != "0000" and whole[6:] != "0000"


def npwp(value):
    if len(value) == 16 and value[0] != "0":
        return indonesian(value)
    return module("id.npwp")(value)


def new_zealand(value):
    """Bank and check digits: the module also asks for the branches of its day."""
    from stdnum.nz import bankaccount
    number = bankaccount.compact(value)
    return number[:2] in bankaccount._algorithms and bankaccount._calc_checksum(number) == 0


def of_meid(value):
    """To base 16 with a letter in front, and of manufacturers from A0 on or of an IMEI: what is below was given to nobody."""
    if len(value) < 18:
        return not value[0].isdigit() or (value[:14].isdigit() and value[:2] in BODIES)
    manufacturer = f"{int(value[:10]):08X}"
    return manufacturer >= "A0000000" or manufacturer.isdigit()


def chinese(value):
    """Without the module's list of counties, which ends in some year; the provinces stay."""
    from stdnum.cn import ric
    provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 81 82 83".split()
    try:
        return value[:2] in provinces and 1800 <= int(value[6:10]) <= 2099 and bool(ric.get_birth_date(value)) \
            and ric.calc_check_digit(value) == value[17]
    except Exception:
        return False


def finnish(value):
    from stdnum.fi import hetu
    try:
        return bool(hetu.validate(value, allow_temporary=True))
    except Exception:
        return False


def latvian(value):
    """Numbers from 32 on have no public check; the module knows but those with a date."""
    if "32" <= value[:2] <= "39":
        return True
    return value[:2] < "32" and value[6] <= "2" and module("lv.pvn")(value)


def curp(value):
    """The module does not know the sex X yet."""
    from stdnum.mx import curp
    curp.get_gender = lambda number: number[10] in "HMX" or curp.InvalidComponent()
    return value[10] in "HMX" and curp.is_valid(value)


def norwegian(value):
    import types
    from stdnum.no import fodselsnummer
    fodselsnummer.datetime = types.SimpleNamespace(date=Later)
    return fodselsnummer.is_valid(value)


def swedish(value):
    """Coordination numbers too, whose day is sixty more."""
    from stdnum import luhn
    from stdnum.se import personnummer
    day = int(value[4:6])
    plain = f"{value[:4]}{day - 60 if day > 60 else day:02}-{value[6:]}"
    try:
        return luhn.is_valid(value) and bool(personnummer.get_birth_date(plain))
    except Exception:
        return False


def south_african(value):
    """Refugees (2) too, besides citizens (0) and residents (1)."""
    from stdnum import luhn
    from stdnum.za import idnr
    try:
        return luhn.is_valid(value) and value[10] in "012" and bool(idnr.get_birth_date(value))
    except Exception:
        return False


def austrian(value):
    """The check digit alone: the module knows only the tax offices of its day."""
    from stdnum.at import tin
    return tin.calc_check_digit(value) == value[8]


# Right values of the checks that python-stdnum learnt of last, from its own tests and from the issuers' pages.
SEEDS = {
    "ad_nrt": ["F132950X", "E132950X"], "az_voen": ["0300725012", "1400057422"],
    "by_unp": ["MA1953684"], "co_nit": ["2131234321", "8001972684"], "cr_cedula": ["304550175", "0304550175"],
    "cz_bank_account": ["03427807275580210100", "00001920001453990800"], "de_steuernummer": ["4151081508156", "9181081508155"], "dk_cpr": ["2110625629"], "ec_ruc": ["1714307103001"],
    "id_nik": ["3171011708450001"], "id_npwp": ["016090524017000", "0013121660091000", "3171011708450001"],
    "imsi": ["310150123456789", "460001234567890"], "jp_my_number": ["628547589610"], "kr_rrn": ["9711131018920", "8606261217980"], "lt_asmens_kodas": ["33309240064", "96813280109"], "meid": ["AF0123450ABCDEC", "293608736500703710", "35209900176148", "352099001761481"],
    "mx_rfc": ["GODE561231GR8", "VACE460910SX6"],
    "mz_nuit": ["700152855"], "nl_document": ["EM0000000", "XR1001R58"], "nl_onderwijsnummer": ["101222331"], "nz_bank_account": ["389019033005100", "0101370026279000"],
    "sv_nit": ["06140507071048", "94833011640013"], "tr_vkn": ["4540536920"], "vn_mst": ["0100233488", "0100233488001"],
}

# Provinces with those founded in 2022, and bodies that allocate types of telephones.
PROVINCES = "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96 97".split()
BODIES = "01 10 30 33 35 44 45 49 50 51 52 53 54 86 91 98 99".split()

ORACLES = {
    "aba_routing": only("us.rtn", lambda v: 1 <= int(v[:2]) <= 12 or 21 <= int(v[:2]) <= 32 or 61 <= int(v[:2]) <= 72 or v[:2] == "80"),
    "at_svnr": only("at.vnr", lambda v: 1 <= int(v[4:6]) <= 31 and 1 <= int(v[6:8]) <= 15), "at_tin": austrian, "au_tfn": module("au.tfn"),
    "ar_cbu": module("ar.cbu"), "ar_cuit": only("ar.cuit", lambda v: v[:2] in ("20", "23", "24", "27")),
    "be_nn": belgian, "bg_egn": module("bg.egn"), "bg_lnch": module("bg.pnf"), "br_cpf": module("br.cpf"),
    "ca_bc_phn": module("ca.bc_phn"), "ca_sin": module("ca.sin"), "ch_ahv": module("ch.ssn"), "cl_rut": module("cl.rut"),
    "cn_ric": chinese, "cu_ni": module("cu.ni"), "cy_tic": module("cy.vat"), "cz_rodne_cislo": module("cz.rc"),
    "de_steuer_id": module("de.idnr"), "do_cedula": module("do.cedula"), "ec_ci": module("ec.ci"), "ee_isikukood": module("ee.ik"),
    "es_ccc": module("es.ccc"), "es_dni": module("es.nif"), "fi_hetu": finnish, "fr_nif": module("fr.nif"),
    "fr_nir": only("fr.nir", lambda v: v[0] in "123478" and v[3:5] != "00" and not "13" <= v[3:5] <= "19" and not "43" <= v[3:5] <= "49"), "gb_nhs": module("gb.nhs"), "gb_upn": upn, "gb_utr": module("gb.utr"),
    "gh_tin": only("gh.tin", lambda v: v[0] == "P" and v[1:10].isdigit()), "gr_afm": module("gr.vat"), "gr_amka": module("gr.amka"),
    "gt_nit": module("gt.nit"), "hr_oib": module("hr.oib"), "ie_pps": module("ie.pps"), "il_id": module("il.idnr"),
    "imei": module("imei"), "in_aadhaar": module("in_.aadhaar"), "in_epic": module("in_.epic"), "in_pan": module("in_.pan"),
    "in_vid": module("in_.vid"), "is_kennitala": only("is_.kennitala", lambda v: v[:2] <= "31"), "it_codice_fiscale": module("it.codicefiscale"),
    "luhn": module("luhn"), "lv_personas_kods": latvian, "md_idnp": only("md.idno", lambda v: v[0] in "02"),
    "mu_nid": module("mu.nid"), "mx_curp": curp, "mx_rfc": rfc, "my_nric": module("my.nric"), "nl_bsn": module("nl.bsn"),
    "no_fodselsnummer": norwegian, "no_kontonr": module("no.kontonr"), "nz_ird": module("nz.ird"),
    "pe_cui": module("pe.cui"), "pe_ruc": only("pe.ruc", lambda v: v[:2] in ("10", "15", "17")), "pk_cnic": module("pk.cnic"),
    "pl_pesel": module("pl.pesel"), "pt_cc": module("pt.cc"), "pt_nif": module("pt.nif"), "py_ruc": module("py.ruc"),
    "ro_cnp": module("ro.cnp"), "ru_inn": only("ru.inn", lambda v: len(v) == 12), "se_personnummer": swedish,
    "si_davcna": module("si.ddv"), "si_emso": module("si.emso"), "th_id": module("th.pin"), "tr_kimlik": module("tr.tckimlik"),
    "ua_rnokpp": module("ua.rntrc"), "us_ssn": module("us.ssn"), "ve_rif": only("ve.rif", lambda v: v[0] in "VEP"),
    "za_id": south_african, "za_tin": module("za.tin"), "az_voen": only("az.voen", lambda v: v[-1] == "2"),
    "by_unp": only("by.unp", lambda v: not v[0].isdigit() and not v[1].isdigit()), "co_nit": module("co.nit"), "dk_cpr": danish,
    "ec_ruc": ecuadorian, "id_nik": indonesian, "id_npwp": npwp, "jp_my_number": module("jp.in_"), "lt_asmens_kodas": module("lt.asmens"),
    "ad_nrt": only("ad.nrt", lambda v: v[0] in "EF"), "cr_cedula": costa_rican, "cz_bank_account": czech,
    "de_steuernummer": only("de.stnr", lambda v: len(set(v)) > 1), "imsi": subscriber, "kr_rrn": korean, "meid": only("meid", of_meid), "mz_nuit": module("mz.nuit"), "nl_document": module("nl.identiteitskaartnummer"), "nl_onderwijsnummer": module("nl.onderwijsnummer"),
    "nz_bank_account": new_zealand, "sv_nit": module("sv.nit"), "tr_vkn": module("tr.vkn"), "vn_mst": module("vn.mst"),
}


def among(char):
    return "0123456789" if char.isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if char.isalpha() else char


def stream(name, bases, judge, double):
    """Yields every value with what the judge says."""
    random, right, bodies = Random(name), 0, 0
    while right < 400 and bodies < 2000:
        bodies += 1
        body = list(bases[random.next() % len(bases)])
        for _ in range(1 + random.next() % 4):
            at = random.next() % len(body)
            body[at] = among(body[at])[random.next() % len(among(body[at]))]
        at = random.next() % len(body)
        values = []
        for one in among(body[at]):
            body[at] = one
            after = at + 1
            if double and after < len(body):
                for two in among(body[after]):
                    values.append("".join(body[:after]) + two + "".join(body[after + 1:]))
            else:
                values.append("".join(body))
        for value in values:
            said = judge(value)
            yield value, said, False, bodies
            if said:
                right += 1
                place = random.next() % len(value)
                while not value[place].isdigit():
                    place = (place + 1) % len(value)
                other = str((int(value[place]) + 1 + random.next() % 9) % 10)
                changed = value[:place] + other + value[place + 1:]
                yield changed, judge(changed), True, bodies


def vectors():
    right = {}
    for line in open("src/detect/check/vectors.tsv", encoding="utf-8"):
        if not line.startswith("#"):
            check, said, value = line.rstrip("\n").split("\t")
            right.setdefault(check, [])
            if said == "+":
                right[check].append(value)
    return right


def draw(name, judge):
    """Thirty-five right values that differ from one another ever more, and as many that are one digit away from one."""
    random, right, wrong = Random("draw " + name), list(SEEDS[name]), []
    for _ in range(2_000_000):
        if len(right) >= 35 and len(wrong) >= 35:
            break
        value = list(right[random.next() % len(right)])
        places = [at for at in range(len(value)) if value[at].isalnum()]
        for _ in range(1 + random.next() % 3):
            at = places[random.next() % len(places)]
            value[at] = among(value[at])[random.next() % len(among(value[at]))]
        # A check digit at either end, or in between.
        for end in (len(value) - 1, len(value) - 2, 0, 8, 9):
            for one in among(value[end]) if end < len(value) else "":
                fits = "".join(value[:end] + [one] + value[end + 1:])
                if judge(fits) and fits not in right and len(right) < 35:
                    right.append(fits)
        one = right[random.next() % len(right)]
        at = random.next() % len(one)
        changed = one[:at] + among(one[at])[random.next() % len(among(one[at]))] + one[at + 1:]
        if not judge(changed) and changed not in wrong and len(wrong) < 35:
            wrong.append(changed)
    return right, wrong


def draw_missing(right):
    with open("src/detect/check/vectors.tsv", "a", encoding="utf-8") as out:
        for name in sorted(set(SEEDS) - set(right)):
            right[name], wrong = draw(name, ORACLES[name])
            out.writelines(f"{name}\t+\t{value}\n" for value in right[name])
            out.writelines(f"{name}\t-\t{value}\n" for value in wrong)


def exceptions():
    """Hashes, since these are numbers of people."""
    from stdnum.do import cedula
    hashes = sorted(f"{fnv(value.encode()):016x}" for value in cedula.whitelist if len(value) == 11)
    with open("src/detect/check/do_cedula.tsv", "w", encoding="ascii") as out:
        out.writelines(line + "\n" for line in hashes)


def main():
    right = vectors()
    draw_missing(right)
    exceptions()
    with open("src/detect/check/streams.tsv", "w", encoding="utf-8") as out:
        out.write("# What python-stdnum 2.2 says of streams of values; made by tests/oracle/make.py, which explains it.\n")
        out.write("# check, two places at once, bodies, right values, changed values refused, hash of all answers.\n")
        for name, judge in sorted(ORACLES.items()):
            double = name in DOUBLE
            valid = refused = bodies = 0
            state = 0xCBF29CE484222325
            for _, said, changed, bodies in stream(name, right[name], judge, double):
                valid += said and not changed
                refused += changed and not said
                state = fnv([49 if said else 48], state)
            out.write(f"{name}\t{int(double)}\t{bodies}\t{valid}\t{refused}\t{state:016x}\n")


# Checks that one in thirty or fewer pass though every part of the value is right but the check digits.
DOUBLE = {"ar_cbu", "be_nn", "br_cpf", "cz_bank_account", "de_steuer_id", "es_ccc", "fr_nif", "fr_nir", "no_fodselsnummer", "ru_inn", "tr_kimlik"}

if __name__ == "__main__":
    main()
