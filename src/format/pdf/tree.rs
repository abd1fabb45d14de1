//! The tree of pages (ISO 32000-2, 7.7.3), walked by us: a tree that is broken or leads back into itself still shows its pages.

use super::object::{array, name};
use lopdf::{Document, Object, ObjectId};
use std::collections::{HashMap, HashSet, hash_map::Entry};

/// The pages of a document, in order.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) ids: Vec<ObjectId>,
    /// A node of the tree is reached twice.
    pub(super) is_looped: bool,
    /// There are more pages than were asked for.
    pub(super) is_cut: bool,
}

/// Finds up to `limit` pages: those of the tree, else whatever calls itself a page.
pub(super) fn pages(document: &Document, limit: usize) -> Pages {
    let mut pages = Pages::default();
    let root = document.catalog().ok().and_then(|catalog| catalog.get(b"Pages").ok()).and_then(|root| root.as_reference().ok());
    let mut waiting: Vec<ObjectId> = root.into_iter().collect();
    let mut nodes = HashSet::new();
    while let Some(id) = waiting.pop() {
        let Ok(node) = document.get_dictionary(id) else { continue };
        let kids = array(node, b"Kids", document).filter(|_| name(node, b"Type", document) != Some(b"Page"));
        match kids {
            Some(kids) if nodes.insert(id) => waiting.extend(kids.iter().rev().filter_map(|kid| kid.as_reference().ok())),
            Some(_) => pages.is_looped = true,
            None if pages.ids.len() < limit => pages.ids.push(id),
            None => {
                pages.is_cut = true;
                return pages;
            }
        }
    }
    if pages.ids.is_empty() {
        let is_page = |object: &Object| object.as_dict().is_ok_and(|object| name(object, b"Type", document) == Some(b"Page"));
        let mut strays = document.objects.iter().filter(|(_, object)| is_page(object)).map(|(id, _)| *id);
        pages.ids.extend(strays.by_ref().take(limit));
        pages.is_cut = strays.next().is_some();
    }
    pages
}

/// What entries of a list refer on to, to know whether one leads back into itself.
#[derive(Default)]
pub(super) struct Trail {
    /// Who each was reached from.
    from: HashMap<ObjectId, Option<ObjectId>>,
    pub(super) is_looped: bool,
}

/// A loop longer than this is passed over silently: each step back costs time.
const LONGEST_LOOP: usize = 64;

impl Trail {
    /// Notes that `to` was reached from `from`; whether for the first time.
    pub(super) fn step(&mut self, from: Option<ObjectId>, to: ObjectId) -> bool {
        if let Entry::Vacant(place) = self.from.entry(to) {
            place.insert(from);
            return true;
        }
        let back = std::iter::successors(from, |id| self.from.get(id).copied().flatten());
        self.is_looped = self.is_looped || back.take(LONGEST_LOOP).any(|id| id == to);
        false
    }

    /// How many were reached.
    pub(super) fn len(&self) -> usize {
        self.from.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_met_twice_is_no_loop_unless_it_leads_to_itself() {
        let mut trail = Trail::default();
        assert!(trail.step(None, (1, 0)) && trail.step(Some((1, 0)), (2, 0)));
        assert!(!trail.step(None, (2, 0)) && !trail.is_looped, "listed twice");
        assert!(!trail.step(Some((2, 0)), (1, 0)) && trail.is_looped);
    }
}
