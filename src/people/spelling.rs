//! How many typing errors two words are apart.

use smallvec::SmallVec;

/// One insertion, deletion, substitution or transposition; two in words of eight letters or more.
/// Words of three letters or fewer must be equal: `Ana` and `Ann` are two people.
pub fn is_typo(a: &str, b: &str) -> bool {
    let allowed = match a.len().min(b.len()) {
        0..=3 => return false,
        least if a.is_ascii() && b.is_ascii() => errors_in(least),
        _ => errors_in(a.chars().count().min(b.chars().count())),
    };
    allowed > 0 && edit_distance(a, b, allowed) <= allowed
}

fn errors_in(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Optimal string alignment distance, cut off above `limit`.
pub fn edit_distance(a: &str, b: &str, limit: usize) -> usize {
    if a == b {
        return 0;
    }
    if a.is_ascii() && b.is_ascii() {
        return distance(a.as_bytes(), b.as_bytes(), limit);
    }
    let letters = |text: &str| text.chars().collect::<SmallVec<[char; 32]>>();
    distance(&letters(a), &letters(b), limit)
}

/// The same over letters. What both begin and end with costs nothing, and leaves little of most words that are a typing error apart.
fn distance<T: Copy + Eq>(a: &[T], b: &[T], limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let before = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[before..], &b[before..]);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - after], &b[..b.len() - after]);
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let all = match short.len() {
        0 => long.len(),
        1..=64 => by_bits(short, long),
        _ => by_rows(short, long, limit),
    };
    all.min(limit + 1)
}

/// Row by row in one word of bits: H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances",
/// Nordic Journal of Computing 10 (2003). `short` has 1 to 64 letters.
fn by_bits<T: Copy + Eq>(short: &[T], long: &[T]) -> usize {
    let (mut more, mut less, mut diagonal, mut met_before) = (!0u64, 0u64, 0u64, 0u64);
    let last = 1u64 << (short.len() - 1);
    let mut distance = short.len();
    for letter in long {
        let met = short.iter().enumerate().fold(0u64, |met, (at, own)| met | u64::from(own == letter) << at);
        let swapped = ((!diagonal & met) << 1) & met_before;
        diagonal = (((met & more).wrapping_add(more)) ^ more) | met | less | swapped;
        let (up, down) = (less | !(diagonal | more), diagonal & more);
        distance += usize::from(up & last != 0);
        distance -= usize::from(down & last != 0);
        let (up, down) = (up << 1 | 1, down << 1);
        more = down | !(diagonal | up);
        less = up & diagonal;
        met_before = met;
    }
    distance
}

/// Row by row, for what is longer than a word has bits.
fn by_rows<T: Copy + Eq>(a: &[T], b: &[T], limit: usize) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row: Vec<usize> = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().min().is_some_and(|least| *least > limit) {
            return limit + 1;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_transposition_is_one_error() {
        assert_eq!(edit_distance("bertha", "betrha", 2), 1);
        assert_eq!(edit_distance("abc", "xyz", 2), 3);
        assert_eq!(edit_distance("ca", "abc", 9), 3, "no letter is moved twice");
        assert!(!is_typo("ana", "ann"));
        assert!(is_typo("núñez", "nuñez") && !is_typo("núñ", "nuñ"));
    }

    proptest! {
        #[test]
        fn bits_and_rows_come_to_the_same(a in "[abcé]{0,12}", b in "[abcé]{0,12}", limit in 0usize..6) {
            let letters = |text: &str| text.chars().collect::<Vec<char>>();
            let all = by_rows(&letters(&a), &letters(&b), usize::MAX - 1);
            prop_assert_eq!(edit_distance(&a, &b, limit), all.min(limit + 1));
            prop_assert_eq!(edit_distance(&b, &a, limit), all.min(limit + 1));
        }

        #[test]
        fn nor_is_anything_too_long(a in "[ab]{60,140}", b in "[ab]{60,140}") {
            let all = by_rows(a.as_bytes(), b.as_bytes(), usize::MAX - 1);
            prop_assert_eq!(edit_distance(&a, &b, 500), all);
        }
    }
}
