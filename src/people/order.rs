//! Millions of things come into order where they lie.

use super::individual::Individual;

/// The place of every individual in the order of their ids; of equal ones, the first stays first.
pub(super) fn places_by_id(individuals: &[Individual]) -> Vec<u32> {
    // The half of an id is compared at once, and mostly tells.
    let mut order: Vec<(u32, u32)> = individuals.iter().zip(0..).map(|(one, at)| (one.id.first(), at)).collect();
    let id = |at: u32| individuals.get(at as usize).map(|one| one.id);
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(&id(b.1))).then(a.1.cmp(&b.1)));
    let mut place = vec![0; order.len()];
    (0..).zip(order).for_each(|(new, (_, old))| place[old as usize] = new);
    place
}

/// What is sorted at a time stays in the processor's cache.
const AT_ONCE: usize = 1 << 15;

/// Puts each where `place` tells, without room for all of them a second time: first into its stretch of places, then within it. `place`
/// is used up.
pub(super) fn put_in_order<T>(things: &mut [T], place: &mut [u32]) {
    let mut filled: Vec<usize> = (0..things.len()).step_by(AT_ONCE).collect();
    for stretch in 0..filled.len() {
        let end = things.len().min((stretch + 1) * AT_ONCE);
        while filled[stretch] < end {
            let at = filled[stretch];
            let own = place[at] as usize / AT_ONCE;
            let to = filled[own];
            filled[own] += 1;
            if own != stretch {
                things.swap(at, to);
                place.swap(at, to);
            }
        }
    }
    for at in 0..things.len() {
        while place[at] as usize != at {
            let to = place[at] as usize;
            things.swap(at, to);
            place.swap(at, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::record::{Class, Key, NONE, Records, mix},
        *,
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nodes_come_into_order_where_they_lie(count in 0..3 * AT_ONCE as u64, seed in any::<u64>()) {
            let mut places: Vec<u32> = (0..count as u32).collect();
            places.sort_by_key(|place| mix(&[seed, u64::from(*place)]));
            let mut records = Records::default();
            places.iter().for_each(|place| records.add_plain(NONE, *place, Key { class: Class::Phone, value: 7 }));
            put_in_order(&mut records.nodes, &mut places);
            prop_assert!(records.nodes.iter().map(|node| node.birth).eq(0..count as u32));
        }
    }
}
