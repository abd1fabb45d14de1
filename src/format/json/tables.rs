//! The tables a document unfolds into: which path is which column, and the rows so far.

use super::scan::{Scalar, unescape};
use crate::format::{Cell, Rows, Sink, TableId, TableSpec, charset::Charset};
use std::collections::HashMap;

/// More columns than any table of people has: an object with ids for keys, most likely.
const WIDEST: usize = 2048;
/// More tables than any document has.
const MOST_TABLES: usize = 1024;
/// The table of [`Tables::nowhere`].
const NOWHERE: usize = 1;
/// More paths than any document has.
const MOST_NODES: usize = 200_000;
/// Children beyond this are looked up by hash.
const FEW: usize = 24;

/// A path below the rows of a table: an object's member.
#[derive(Default)]
struct Node {
    table: usize,
    /// The path from the table's rows, dots between names.
    path: String,
    children: Vec<(Box<[u8]>, usize)>,
    /// The same, when they are many.
    index: HashMap<Box<[u8]>, usize>,
    /// Where the next child will be if members come in the usual order.
    hint: usize,
    column: Option<usize>,
    /// The table of the objects in an array here.
    inner: Option<usize>,
}

/// A table and the rows not yet handed on.
#[derive(Default)]
struct Table {
    name: Option<String>,
    parent: Option<usize>,
    root: usize,
    columns: Vec<String>,
    /// Rows ever finished.
    total: u64,
    cells: Vec<Cell>,
    /// Where each row ends in `cells`; early rows lack columns that came later.
    ends: Vec<usize>,
    /// Of each row, the number of the row of `parent` it lies in.
    parents: Vec<u64>,
    row: Vec<Cell>,
    /// `total`, rows and cells at the last commit.
    kept: (u64, usize, usize),
    touched: bool,
    id: Option<TableId>,
    width: usize,
}

/// All tables of a document.
#[derive(Default)]
pub(super) struct Tables {
    nodes: Vec<Node>,
    tables: Vec<Table>,
    touched: Vec<usize>,
    pub(super) arena: Vec<u8>,
    kept_arena: usize,
    scratch: Vec<Cell>,
    /// A node for members beyond the limits; no table is handed on of it.
    nowhere: usize,
    /// Something did not fit the limits.
    pub(super) limited: bool,
    /// Rows committed and not yet handed on.
    pub(super) pending: usize,
}

impl Tables {
    /// Tables with the nameless one of the top level in place, as number 0.
    pub(super) fn new() -> Tables {
        let mut tables = Tables::default();
        tables.add(None, None);
        let nowhere = tables.add(Some(String::new()), None);
        tables.nowhere = tables.root(nowhere);
        tables
    }

    fn add(&mut self, name: Option<String>, parent: Option<usize>) -> usize {
        let table = self.tables.len();
        let root = self.nodes.len();
        self.nodes.push(Node { table, ..Node::default() });
        self.tables.push(Table { name, parent, root, ..Table::default() });
        table
    }

    /// The node of a table's rows.
    pub(super) fn root(&self, table: usize) -> usize {
        self.tables.get(table).map_or(0, |table| table.root)
    }

    /// Whether a node is that of whole rows.
    pub(super) fn is_root(&self, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|held| self.root(held.table) == node)
    }

    /// Members of the object at this node come from the first again.
    #[inline]
    pub(super) fn rewind(&mut self, node: usize) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.hint = 0;
        }
    }

    /// The node of a member, by its key as written.
    #[inline]
    pub(super) fn child(&mut self, node: usize, key: &[u8]) -> usize {
        let Some(held) = self.nodes.get_mut(node) else { return 0 };
        if let Some((name, child)) = held.children.get(held.hint)
            && **name == *key
        {
            held.hint += 1;
            return *child;
        }
        self.find_child(node, key)
    }

    /// The member that usually comes next, if its key stands at the start of `rest`, after the
    /// opening quote; and the length of the key.
    #[inline]
    pub(super) fn usual_child(&mut self, node: usize, rest: &[u8]) -> Option<(usize, usize)> {
        let held = self.nodes.get_mut(node)?;
        let (name, child) = held.children.get(held.hint)?;
        let follows = rest.get(name.len()) == Some(&b'"') && rest.starts_with(name) && name.first() != Some(&b'$');
        held.hint += usize::from(follows);
        follows.then_some((*child, name.len()))
    }

    fn find_child(&mut self, node: usize, key: &[u8]) -> usize {
        if self.nodes[node].table == NOWHERE {
            return node;
        }
        let held = &self.nodes[node];
        let found = match held.children.len() > FEW {
            true => held.index.get(key).copied(),
            false => held.children.iter().position(|(name, _)| **name == *key),
        };
        if let Some(place) = found {
            self.nodes[node].hint = place + 1;
            return self.nodes[node].children[place].1;
        }
        if held.children.len() >= WIDEST || self.nodes.len() >= MOST_NODES {
            // No column for what is too much; reported.
            self.limited = true;
            return self.nowhere;
        }
        let mut name = Vec::new();
        unescape(key, &mut name);
        let name = Charset::UTF8.text(&name);
        let path = if held.path.is_empty() { name } else { format!("{}.{name}", held.path) };
        let child = self.nodes.len();
        let table = held.table;
        self.nodes.push(Node { table, path, ..Node::default() });
        let held = &mut self.nodes[node];
        held.children.push((key.into(), child));
        held.hint = held.children.len();
        if held.children.len() == FEW + 1 {
            held.index = held.children.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
        } else if held.children.len() > FEW {
            held.index.insert(key.into(), held.children.len() - 1);
        }
        child
    }

    /// The table of the objects in the array at this node.
    pub(super) fn inner(&mut self, node: usize, linked: bool) -> usize {
        let held = &self.nodes[node];
        if let Some(table) = held.inner {
            return table;
        }
        if self.tables.len() >= MOST_TABLES || held.table == NOWHERE {
            self.limited = true;
            return NOWHERE;
        }
        let outer = held.table;
        let name = match (&self.tables[outer].name, held.path.is_empty()) {
            (Some(outer), false) => Some(format!("{outer}.{}", held.path)),
            (None, false) => Some(held.path.clone()),
            (name, true) => name.clone(),
        };
        // Rows of a nameless root are themselves the rows.
        let table = if self.is_root(node) { outer } else { self.add(name, linked.then_some(outer)) };
        self.nodes[node].inner = Some(table);
        table
    }

    /// Starts a row.
    #[inline]
    pub(super) fn begin(&mut self, table: usize) {
        let held = &mut self.tables[table];
        if !held.touched {
            held.touched = true;
            self.touched.push(table);
        }
        held.row.clear();
        held.row.resize(held.columns.len(), Cell::NULL);
    }

    /// Ends the row begun last in a table.
    #[inline]
    pub(super) fn end(&mut self, table: usize) {
        let parent = self.tables[table].parent.map_or(0, |parent| self.tables[parent].total);
        let held = &mut self.tables[table];
        held.cells.append(&mut held.row);
        held.ends.push(held.cells.len());
        held.parents.push(parent);
        held.total += 1;
    }

    /// Sets a cell of the row in hand.
    #[inline]
    pub(super) fn set(&mut self, node: usize, cell: Cell) {
        let Some(held) = self.nodes.get_mut(node).filter(|held| held.table != NOWHERE) else { return };
        let table = &mut self.tables[held.table];
        let column = match held.column {
            Some(column) => column,
            None if table.columns.len() >= WIDEST => {
                self.limited = true;
                return;
            }
            None => {
                table.columns.push(if held.path.is_empty() { "value".to_owned() } else { held.path.clone() });
                *held.column.insert(table.columns.len() - 1)
            }
        };
        if column >= table.row.len() {
            table.row.resize(column + 1, Cell::NULL);
        }
        table.row[column] = cell;
    }

    /// The cell of a scalar.
    #[inline]
    pub(super) fn cell(&mut self, bytes: &[u8], scalar: Scalar) -> Cell {
        if scalar.null {
            return Cell::NULL;
        }
        if !scalar.escaped {
            return Cell::borrowed(scalar.from, scalar.to - scalar.from);
        }
        let start = self.arena.len();
        unescape(bytes.get(scalar.from..scalar.to).unwrap_or_default(), &mut self.arena);
        Cell::rewritten(start, self.arena.len() - start)
    }

    /// A cell with this text.
    pub(super) fn written(&mut self, text: &[u8]) -> Cell {
        let start = self.arena.len();
        self.arena.extend_from_slice(text);
        Cell::rewritten(start, text.len())
    }

    /// The rows since the last commit stay.
    #[inline]
    pub(super) fn commit(&mut self) {
        for table in self.touched.drain(..) {
            let table = &mut self.tables[table];
            self.pending += table.ends.len() - table.kept.1;
            table.kept = (table.total, table.ends.len(), table.cells.len());
            table.touched = false;
        }
        self.kept_arena = self.arena.len();
    }

    /// The rows since the last commit go.
    pub(super) fn roll_back(&mut self) {
        for table in self.touched.drain(..) {
            let table = &mut self.tables[table];
            let (total, rows, cells) = table.kept;
            table.total = total;
            table.ends.truncate(rows);
            table.parents.truncate(rows);
            table.cells.truncate(cells);
            table.touched = false;
        }
        self.arena.truncate(self.kept_arena);
    }

    /// Hands on all rows, parents before children.
    pub(super) fn flush(&mut self, bytes: &[u8], repair: Option<Charset>, sink: &mut dyn Sink) {
        for at in 0..self.tables.len() {
            self.flush_table(at, bytes, repair, sink);
        }
        self.arena.clear();
        self.kept_arena = 0;
        self.pending = 0;
    }

    fn flush_table(&mut self, at: usize, bytes: &[u8], repair: Option<Charset>, sink: &mut dyn Sink) {
        if at == NOWHERE {
            let table = &mut self.tables[at];
            table.ends.clear();
            table.parents.clear();
            table.kept = (table.total, 0, 0);
            return;
        }
        let parent = self.tables[at].parent.and_then(|parent| self.tables[parent].id);
        let table = &mut self.tables[at];
        // Rows without any column wait until one shows.
        if table.ends.is_empty() || table.columns.is_empty() {
            return;
        }
        let names = table.columns.len();
        let width = names + usize::from(parent.is_some());
        if table.id.is_none() || table.width != width {
            let mut columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
            columns.extend(parent.map(|_| PARENT));
            let id = sink.table(&TableSpec { name: table.name.as_deref(), columns: Some(&columns), width, parent });
            (table.id, table.width) = (Some(id), width);
        }
        let Some(id) = table.id else { return };
        let whole = table.cells.len() == names * table.ends.len();
        if !whole || parent.is_some() {
            self.scratch.clear();
            let mut from = 0;
            for (end, number) in table.ends.iter().zip(&table.parents) {
                self.scratch.extend_from_slice(&table.cells[from..*end]);
                self.scratch.extend(std::iter::repeat_n(Cell::NULL, names - (end - from)));
                from = *end;
                if parent.is_some() {
                    let start = self.arena.len();
                    self.arena.extend(number.to_string().bytes());
                    self.scratch.push(Cell::rewritten(start, self.arena.len() - start));
                }
            }
            std::mem::swap(&mut table.cells, &mut self.scratch);
        }
        if let Some(charset) = repair {
            charset.repair(&mut table.cells, bytes, &mut self.arena);
        }
        sink.rows(&Rows { table: id, width, cells: &table.cells, bytes, arena: &self.arena });
        table.cells.clear();
        table.ends.clear();
        table.parents.clear();
        table.kept = (table.total, 0, 0);
    }
}

/// What the column of a child table is called that holds the parent's row number.
pub(super) const PARENT: &str = "#parent";
