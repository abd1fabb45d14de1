//! What of the keys of records is asked for when everybody is known. The keys themselves, and the digits of numbers, are a third of the
//! memory of a large case by then.

use super::{
    record::{Bits, Class, Records},
    values::{Numbers, SEVERAL},
};

/// By record, what its keys come to.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Has a key that shows a natural person by itself.
    direct: Bits,
    /// Has a personal number.
    numbered: Bits,
    /// Telephones of those that have several: record and key value, in order.
    phones: Vec<(u32, u64)>,
}

/// Keys that show a natural person by themselves.
const fn is_direct(class: Class) -> bool {
    matches!(class, Class::Personal | Class::Issued | Class::Account | Class::Email | Class::Phone | Class::Username)
}

impl Held {
    pub(super) fn of(records: &Records) -> Held {
        let count = records.nodes.len();
        let mut held = Held { direct: Bits::new(count), numbered: Bits::new(count), phones: Vec::new() };
        for (at, node) in records.all() {
            let keys = node.keys();
            if keys.iter().any(|key| is_direct(key.class)) {
                held.direct.set(at);
            }
            if keys.iter().any(|key| key.class == Class::Personal) {
                held.numbered.set(at);
            }
            let phones = keys.iter().filter(|key| key.class == Class::Phone && node.place == SEVERAL);
            held.phones.extend(phones.map(|key| (at as u32, key.value)));
        }
        held
    }

    pub(super) fn is_direct(&self, node: u32) -> bool {
        self.direct.get(node as usize) == Some(true)
    }

    pub(super) fn is_numbered(&self, node: u32) -> bool {
        self.numbered.get(node as usize) == Some(true)
    }

    /// The telephones of a record that has several.
    pub(super) fn phones(&self, node: u32) -> impl Iterator<Item = u64> + '_ {
        let from = self.phones.partition_point(|(of, _)| *of < node);
        self.phones[from..].iter().take_while(move |(of, _)| *of == node).map(|(_, value)| *value)
    }
}

impl Records {
    /// Lets go of what records are compared by.
    pub(super) fn forget_keys(&mut self) {
        (self.all_keys, self.spans) = (Vec::new(), Vec::new());
        self.numbers = Numbers::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::record::{Key, NONE};

    #[test]
    fn what_keys_come_to_outlives_them() {
        let mut records = Records::default();
        let keys = [(Class::Phone, 7), (Class::Partial, 8), (Class::Personal, 9), (Class::Phone, 4)];
        keys.into_iter().for_each(|(class, value)| records.add_plain(NONE, 0, Key { class, value }));
        let several = [5, 6].map(|value| Key { class: Class::Phone, value });
        records.spans[3] = records.add_keys(&several);
        records.nodes[3].place = SEVERAL;
        let held = Held::of(&records);
        records.forget_keys();
        assert!(records.all().all(|(_, node)| node.keys().is_empty()));
        assert_eq!([0, 1, 2, 3, 4].map(|node| held.is_direct(node)), [true, false, true, true, false]);
        assert_eq!([0, 1, 2, 3, 4].map(|node| held.is_numbered(node)), [false, false, true, false, false]);
        assert_eq!([0, 3, 4].map(|node| held.phones(node).collect::<Vec<u64>>()), [vec![], vec![5, 6], vec![]]);
    }
}
