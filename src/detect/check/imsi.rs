//! Number of a mobile subscriber (IMSI, ITU-T E.212): the code of a country, that of a network, a serial.

use super::{digits, number};

/// Mobile country codes (ITU Operational Bulletin, annexed list to E.212), and those shared by several (901, 902); without the
/// codes of test networks.
const COUNTRIES: &[u16] = &[
    202, 204, 206, 208, 212, 213, 214, 216, 218, 219, 220, 221, 222, 226, 228, 230, 231, 232, 234, 235, 238, 240, 242, 244, 246, 247, 248,
    250, 255, 257, 259, 260, 262, 266, 268, 270, 272, 274, 276, 278, 280, 282, 283, 284, 286, 288, 289, 290, 292, 293, 294, 295, 297, 302,
    308, 310, 311, 312, 313, 314, 315, 316, 330, 332, 334, 338, 340, 342, 344, 346, 348, 350, 352, 354, 356, 358, 360, 362, 363, 364, 365,
    366, 368, 370, 372, 374, 376, 400, 401, 402, 404, 405, 406, 410, 412, 413, 414, 415, 416, 417, 418, 419, 420, 421, 422, 424, 425, 426,
    427, 428, 429, 430, 431, 432, 434, 436, 437, 438, 440, 441, 450, 452, 454, 455, 456, 457, 460, 461, 466, 467, 470, 472, 502, 505, 510,
    514, 515, 520, 525, 528, 530, 534, 535, 536, 537, 539, 540, 541, 542, 543, 544, 545, 546, 547, 548, 549, 550, 551, 552, 553, 554, 555,
    602, 603, 604, 605, 606, 607, 608, 609, 610, 611, 612, 613, 614, 615, 616, 617, 618, 619, 620, 621, 622, 623, 624, 625, 626, 627, 628,
    629, 630, 631, 632, 633, 634, 635, 636, 637, 638, 639, 640, 641, 642, 643, 645, 646, 647, 648, 649, 650, 651, 652, 653, 654, 655, 657,
    658, 659, 702, 704, 706, 708, 710, 712, 714, 716, 722, 724, 730, 732, 734, 736, 738, 740, 742, 744, 746, 748, 750, 901, 902,
];

/// Fourteen or fifteen digits that begin with the code of a country and are not all alike behind it.
pub(super) fn imsi(value: &[u8]) -> bool {
    let Some(digits) = digits(value).filter(|digits| matches!(digits.len(), 14 | 15)) else { return false };
    COUNTRIES.binary_search(&(number(&digits[..3]) as u16)).is_ok() && digits[3..].iter().any(|digit| *digit != digits[3])
}

#[cfg(test)]
mod tests {
    use super::{COUNTRIES, imsi};

    #[test]
    fn accepts_numbers_of_countries_and_nothing_else() {
        assert!(COUNTRIES.is_sorted());
        for value in ["310150123456789", "460001234567890", "42402115210014"] {
            assert!(imsi(value.as_bytes()), "{value}");
        }
        for value in ["001010123456789", "407071234567890", "310000000000000", "3101501234567", "", "0"] {
            assert!(!imsi(value.as_bytes()), "{value}");
        }
    }
}
