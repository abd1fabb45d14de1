//! Hands items to workers: files of the roots, members of containers, parts of big files.
//!
//! Workers are rayon's; whoever meets a member small enough hands it on, so one huge archive
//! keeps every core busy. When too many bytes wait in memory a member is read on the spot,
//! which bounds memory without anybody ever waiting for a lock.

use super::{
    Options, Progress, STACK,
    item::ItemState,
    member::{Checked, Verdict, digest},
    schemas::Schemas,
    tables::Tables,
    texts::{Scratch, Texts},
};
use crate::{
    base::{Category, LogicalPath, Problem, TokenKey},
    detect::Detectors,
    evidence::{Case, ItemRow, ItemStatus, ProblemRow, Recorder},
    format::{self, Cell, Format, HEAD, Head, Layout, Member, Rows, Sink, TableId, TableSpec, Text, TextKind, Wants},
    source::{
        Budget, Bytes, Input, Item, Passwords,
        budget::Exceeded,
        volumes::{self, Set},
        walk::{Entry, Found, io_problem},
    },
};
use rayon::{Scope, iter::Either, prelude::*};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

/// Members up to this size are taken into memory and may be read by another worker.
const SMALL: usize = 8 << 20;
/// So many bytes of small files are held from their first look to their reading.
const HELD: u64 = 16 << 20;
/// By so many first bytes a dump is known.
const FIRST: usize = 4096;
/// So many bytes of members may wait in memory.
const WAITING: u64 = 256 << 20;

/// Everything the workers share.
pub(super) struct Engine<'e> {
    pub(super) options: &'e Options,
    pub(super) detectors: &'e Detectors,
    pub(super) token_key: TokenKey,
    progress: &'e Progress,
    pool: rayon::ThreadPool,
    recorders: Vec<Mutex<Recorder>>,
    /// Keyed tokens of the digests of items that somebody reads or has read: half their size, and nobody who wrote the leak
    /// can make two that are equal.
    read: Mutex<HashSet<[u8; 16]>>,
    schemas: Schemas,
    pub(super) numbers: AtomicU32,
    waiting: AtomicU64,
}

impl<'e> Engine<'e> {
    pub(super) fn new(options: &'e Options, detectors: &'e Detectors, case: &Case, progress: &'e Progress) -> anyhow::Result<Engine<'e>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .stack_size(STACK)
            .thread_name(|number| format!("scan-{number}"))
            .build()?;
        let recorders = (0..options.threads)
            .map(|number| Recorder::new(case, &format!("{number:02}-")).map(Mutex::new))
            .collect::<anyhow::Result<_>>()?;
        Ok(Engine {
            options,
            detectors,
            token_key: case.key().token_key(),
            progress,
            pool,
            recorders,
            read: Mutex::default(),
            schemas: Schemas::default(),
            numbers: AtomicU32::new(0),
            waiting: AtomicU64::new(0),
        })
    }

    /// Reads all entries; returns when nothing is left anywhere.
    pub(super) fn run(self, entries: Vec<Entry>) -> anyhow::Result<()> {
        let (entries, sets) = volumes::join(entries);
        let room = AtomicU64::new(HELD);
        let look = |mut entry: Entry| {
            entry.hold(&room);
            if self.is_dump(&entry) { Either::Left(entry) } else { Either::Right(entry) }
        };
        let (dumps, others): (Vec<Entry>, Vec<Entry>) = self.pool.install(|| entries.into_par_iter().partition_map(look));
        // A dump that is all there is tells its own tables as it is read.
        let alone = others.is_empty() && sets.is_empty() && dumps.len() == 1;
        self.pool.scope(|scope| {
            for entry in others {
                scope.spawn(|scope| self.enter(scope, entry));
            }
            for set in sets {
                scope.spawn(|scope| self.enter_set(scope, set));
            }
            // What dumps create must be known before what they fill is read.
            dumps.iter().filter(|_| !alone).for_each(|entry| self.note_schemas(entry));
        });
        self.pool.scope(|scope| {
            for entry in dumps {
                scope.spawn(|scope| self.enter(scope, entry));
            }
        });
        let Engine { recorders, pool, .. } = self;
        drop(pool);
        recorders.into_iter().try_for_each(|recorder| recorder.into_inner().unwrap_or_else(PoisonError::into_inner).finish())
    }

    /// The recorder of the worker that asks. Never contended: a worker asks only for its own.
    pub(super) fn recorder(&self) -> MutexGuard<'_, Recorder> {
        let number = rayon::current_thread_index().unwrap_or(0) % self.recorders.len();
        self.recorders[number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_dump(&self, entry: &Entry) -> bool {
        match &entry.found {
            Found::Refused(_) => false,
            Found::Held(bytes) => format::is_sql(&bytes.as_slice()[..bytes.as_slice().len().min(FIRST)]),
            Found::File { on_disk, .. } => {
                let mut head = [0; FIRST];
                let length = std::fs::File::open(on_disk).and_then(|mut file| file.read(&mut head));
                length.is_ok_and(|length| format::is_sql(&head[..length]))
            }
        }
    }

    fn note_schemas(&self, entry: &Entry) {
        let mut note = |table: &str, columns: &[&str]| self.schemas.add(entry.path.directory(), table, columns);
        match &entry.found {
            Found::Refused(_) => {}
            Found::Held(bytes) => format::schemas(bytes.as_slice(), &mut note),
            Found::File { on_disk, .. } => {
                if let Ok(bytes) = Bytes::open(on_disk, self.options.map) {
                    format::schemas(bytes.as_slice(), &mut note);
                    bytes.release(0..bytes.as_slice().len());
                }
            }
        }
    }

    /// Opens a file-system entry and reads it.
    fn enter<'s>(&'s self, scope: &Scope<'s>, entry: Entry) {
        match entry.found {
            Found::Refused(problem) => self.refuse(&entry.path, 0, 0, ItemStatus::Skipped, problem),
            Found::File { on_disk, size } => match Bytes::open(&on_disk, self.options.map) {
                Ok(bytes) => self.begin(scope, Item { path: entry.path, bytes, budget: Budget::new(self.options.limits, size) }, 0),
                Err(error) => self.refuse(&entry.path, size, 0, ItemStatus::Failed, io_problem(&error).not_examined(size)),
            },
            Found::Held(bytes) => {
                let budget = Budget::new(self.options.limits, bytes.as_slice().len() as u64);
                self.begin(scope, Item { path: entry.path, bytes, budget }, 0);
            }
        }
    }

    /// Opens the parts of a file and reads what they are together as a member of the first.
    fn enter_set<'s>(&'s self, scope: &Scope<'s>, set: Set) {
        let mut parts = Vec::new();
        for entry in set.parts {
            let Found::File { on_disk, size } = &entry.found else { continue };
            match Bytes::open(on_disk, self.options.map) {
                Ok(bytes) => parts.push((entry.path, bytes)),
                // What is behind it is no longer the file that was cut.
                Err(error) => self.refuse(&entry.path, *size, 0, ItemStatus::Failed, io_problem(&error).not_examined(*size)),
            }
        }
        let total = parts.iter().map(|(_, bytes)| bytes.as_slice().len() as u64).sum();
        let budget = Budget::new(self.options.limits, total);
        let mut states = Vec::new();
        for (path, bytes) in &parts {
            let size = bytes.as_slice().len() as u64;
            let state = Arc::new(ItemState::new(self, path, 0, Some(size)));
            state.format.set("volume").ok();
            state.digest.set(digest(self.options.digest, bytes)).ok();
            state.examined.fetch_add(size, Ordering::Relaxed);
            states.push(state);
        }
        let bytes: Vec<Bytes> = parts.iter().map(|(_, bytes)| bytes.clone()).collect();
        if let (Some((path, bytes_of_first)), Some(state)) = (parts.into_iter().next(), states.first()) {
            let item = Item { path, bytes: bytes_of_first, budget };
            let joined = super::volume::Joined { name: &set.name, parts: &bytes };
            self.examine(scope, &item, state, &joined, None, |sink| joined.read(Input::Whole(&[]), sink));
        }
        self.progress.read(total);
        bytes.iter().for_each(|bytes| bytes.release(0..bytes.as_slice().len()));
    }

    /// Records an item that is not read at all.
    fn refuse(&self, path: &LogicalPath, size: u64, depth: u32, status: ItemStatus, problem: Problem) {
        let item = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut recorder = self.recorder();
        recorder.problem(problem_row(item, path, problem));
        recorder.item(ItemRow {
            item,
            path: path.to_string(),
            size,
            digest: String::new(),
            format: String::new(),
            status,
            examined: 0,
            depth,
        });
    }

    /// Reads an item whose bytes are all there. `waited` bytes of it were counted as waiting.
    fn begin<'s>(&'s self, scope: &Scope<'s>, item: Item, waited: u64) {
        let size = item.bytes.as_slice().len();
        let state = Arc::new(ItemState::new(self, &item.path, item.budget.depth(), Some(size as u64)));
        let format = self.pick(&item);
        state.format.set(format.name()).ok();
        let plan = (size > self.options.part_size).then(|| {
            let (bytes, state) = (item.bytes.clone(), Arc::clone(&state));
            // Whoever has nothing to do begins with it while the plan is made.
            scope.spawn(move |_| {
                state.digest.get_or_init(|| digest(self.options.digest, &bytes));
            });
            format.plan(item.bytes.as_slice(), self.options.part_size)
        });
        let root = item.budget.depth() == 0;
        match plan.flatten().filter(|plan| plan.parts.len() > 1) {
            None => {
                let digest = state.digest.get_or_init(|| digest(self.options.digest, &item.bytes));
                // Of nothing there are no copies.
                if size > 0 && !self.claim(digest) {
                    state.duplicate.store(true, Ordering::Relaxed);
                } else {
                    let bytes = item.bytes.as_slice();
                    self.examine(scope, &item, &state, format, None, |sink| format.read(Input::Whole(bytes), sink));
                    state.examined.fetch_add(size as u64, Ordering::Relaxed);
                }
                if root {
                    self.progress.read(size as u64);
                }
                item.bytes.release(0..size);
                self.waiting.fetch_sub(waited, Ordering::Relaxed);
            }
            Some(plan) => {
                let profiles = Arc::new(Tables::profiles(self.detectors, &plan.samples));
                // Brackets around the parts were read when the plan was made.
                let parted: u64 = plan.parts.iter().map(|part| part.end - part.start).sum();
                state.examined.fetch_add((size as u64).saturating_sub(parted), Ordering::Relaxed);
                for (number, part) in plan.parts.into_iter().enumerate() {
                    let (item, state, profiles) = (item.clone(), Arc::clone(&state), Arc::clone(&profiles));
                    scope.spawn(move |scope| {
                        let range = part.start as usize..(part.end as usize).min(item.bytes.as_slice().len());
                        let bytes = item.bytes.as_slice().get(range.clone()).unwrap_or_default();
                        let length = bytes.len() as u64;
                        let place = Part { number: number as u32, start: part.start, preamble: part.preamble.len() as u64 };
                        self.examine(scope, &item, &state, format, Some((place, &profiles)), |sink| {
                            format.read_part(&part.preamble, bytes, sink);
                        });
                        state.examined.fetch_add(length, Ordering::Relaxed);
                        item.bytes.release(range);
                        if root {
                            self.progress.read(length);
                        }
                    });
                }
            }
        }
    }

    /// The format of an item that is all there.
    fn pick(&self, item: &Item) -> &'static dyn Format {
        let bytes = item.bytes.as_slice();
        let name = item.path.file_name().to_lowercase();
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD)], name: &name, whole: bytes.len() <= HEAD };
        format::of_item(&item.path, &head, &self.options.layouts)
    }

    /// Whether this worker is the first to read bytes of this digest.
    fn claim(&self, digest: &str) -> bool {
        let token = self.token_key.token(0, digest.as_bytes()).to_bytes();
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(token)
    }

    fn examine<'s>(
        &'s self,
        scope: &Scope<'s>,
        item: &Item,
        state: &Arc<ItemState<'s>>,
        format: &dyn Format,
        part: Option<(Part, &HashMap<String, Arc<crate::detect::Profile>>)>,
        read: impl FnOnce(&mut dyn Sink),
    ) {
        let (place, profiles) = part.map_or((Part::default(), None), |(place, profiles)| (place, Some(profiles)));
        let mut examiner = Examiner {
            engine: self,
            scope,
            path: &item.path,
            budget: &item.budget,
            state,
            part: place,
            moment: self.schemas.moment(),
            tables: Tables::new(self, state.item, place.number, profiles),
            texts: Texts::new(self, state.item, place.number),
            scratch: Scratch::default(),
        };
        let read = catch_unwind(AssertUnwindSafe(|| read(&mut examiner)));
        let finished = catch_unwind(AssertUnwindSafe(|| examiner.tables.finish()));
        if read.is_err() || finished.is_err() {
            examiner.problem(Problem::new(Category::Corrupt, format!("the {} reader stopped on malformed bytes", format.name())));
        }
        self.progress.item(finished.unwrap_or(0));
    }
}

/// Which part of a cut file is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) start: u64,
    pub(super) preamble: u64,
}

/// Receives what a format finds in one item or one part of it.
struct Examiner<'x, 's> {
    engine: &'s Engine<'s>,
    scope: &'x Scope<'s>,
    path: &'x LogicalPath,
    budget: &'x Budget,
    state: &'x Arc<ItemState<'s>>,
    part: Part,
    moment: u64,
    tables: Tables<'s, 'x>,
    texts: Texts<'s>,
    scratch: Scratch,
}

impl Examiner<'_, '_> {
    fn member_path(&self, member: &Member<'_>) -> LogicalPath {
        if !member.name.is_empty() {
            return if member.step { self.path.member(member.name) } else { self.path.part(&String::from_utf8_lossy(member.name)) };
        }
        self.path.unpacked()
    }
}

impl Examiner<'_, '_> {
    /// Hands on the document in a cell, named by its place: row and column from 1.
    fn document(&mut self, rows: &Rows<'_>, cell: usize, document: &[u8]) {
        let row = self.tables.count(rows.table) + (cell / rows.width.max(1)) as u64 + 1;
        let part = if self.part.number == 0 { String::new() } else { format!("part {} ", self.part.number + 1) };
        let name = format!("{}{part}row {row} column {}", self.tables.name(rows.table), cell % rows.width.max(1) + 1);
        let size = Some(document.len() as u64);
        self.item(Member { name: name.as_bytes(), step: false, size, packed: size, content: Input::Whole(document) });
    }
}

impl Sink for Examiner<'_, '_> {
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId {
        self.tables.announce(spec)
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        self.state.found.store(true, Ordering::Relaxed);
        let mut cells = Cow::Borrowed(rows.cells);
        for (at, cell) in rows.cells.iter().enumerate() {
            if let Some(document) = cell.value(rows.bytes, rows.arena).and_then(format::document) {
                self.document(rows, at, &document);
                cells.to_mut()[at] = Cell::NULL;
            }
        }
        self.tables.rows(&Rows { cells: &cells, ..*rows });
    }

    fn wants(&self, table: TableId) -> Wants {
        self.tables.wants(table)
    }

    fn text(&mut self, text: &Text<'_>) {
        if text.kind != TextKind::Raw {
            self.state.found.store(true, Ordering::Relaxed);
        }
        self.texts.text(text, self.part.start.saturating_sub(self.part.preamble), &mut self.scratch);
    }

    fn item(&mut self, member: Member<'_>) {
        self.state.found.store(true, Ordering::Relaxed);
        let path = self.member_path(&member);
        let budget = match self.budget.descend() {
            Ok(budget) => budget,
            Err(Exceeded::Members) => return self.state.refuse(member.packed.unwrap_or(0)),
            Err(exceeded) => {
                let problem = Problem::new(Category::Limit, exceeded.detail()).not_examined(member.size.unwrap_or(0));
                self.engine.refuse(&path, member.size.unwrap_or(0), self.budget.depth() + 1, ItemStatus::Skipped, problem);
                self.state.problems.store(true, Ordering::Relaxed);
                return;
            }
        };
        // What a container without a list of members unfolds is measured against the container.
        let packed = member.packed.or_else(|| Some(self.state.size.load(Ordering::Relaxed)).filter(|size| *size > 0));
        let content: &mut dyn Read = match member.content {
            Input::Whole(bytes) => &mut &*bytes,
            Input::Stream(reader) => reader,
        };
        let mut checked = Checked::new(content, &budget, packed, self.engine.options.digest);
        let mut bytes = Vec::new();
        let ended = checked.fill(&mut bytes, SMALL);
        if ended {
            let verdict = checked.verdict();
            self.take_small(path, budget, bytes, verdict);
        } else {
            self.take_large(&path, &budget, &bytes, checked);
        }
    }

    fn unread(&mut self, name: &[u8], size: Option<u64>, problem: Problem) {
        let size = size.unwrap_or(0);
        let path = if name.is_empty() { self.path.clone() } else { self.path.member(name) };
        let status =
            if matches!(problem.category, Category::Symlink | Category::SpecialFile) { ItemStatus::Skipped } else { ItemStatus::Failed };
        let lost = if problem.bytes_not_examined == 0 { size } else { problem.bytes_not_examined };
        self.engine.refuse(&path, size, self.budget.depth() + 1, status, problem.not_examined(lost));
    }

    fn problem(&mut self, problem: Problem) {
        self.state.problem(problem);
    }

    fn schema(&mut self, table: &str, columns: &[&str]) {
        self.engine.schemas.add(self.path.directory(), table, columns);
    }

    fn known_columns(&self, table: &str) -> Option<Vec<String>> {
        self.engine.schemas.find(self.path.directory(), table, self.moment)
    }

    fn in_memory(&self) -> usize {
        self.budget.limits().in_memory
    }

    fn passwords(&self) -> Passwords {
        self.engine.options.passwords.clone()
    }

    fn layout(&self) -> Option<Arc<Layout>> {
        self.engine.options.layouts.of(&self.state.path)
    }

    fn budget(&self) -> Budget {
        self.budget.clone()
    }
}

impl<'s> Examiner<'_, 's> {
    /// A member that is in memory: another worker may read it while this one goes on. One that is alone reads it later too, so that what
    /// unfolds to more than it may is cut at the same place.
    fn take_small(&mut self, path: LogicalPath, budget: Budget, bytes: Vec<u8>, verdict: Verdict) {
        let size = bytes.len() as u64;
        if let Some(problem) = verdict.problem {
            self.state.problems.store(true, Ordering::Relaxed);
            self.take_damaged(&path, &budget, bytes, problem);
            return;
        }
        let item = Item { path, bytes: Bytes::from(bytes), budget };
        let engine = self.engine;
        let waiting = engine.waiting.fetch_add(size, Ordering::Relaxed) + size;
        if size >= 4096 && waiting < WAITING {
            self.scope.spawn(move |scope| engine.begin(scope, item, size));
        } else {
            engine.begin(self.scope, item, size);
        }
    }

    /// A member whose bytes end early or are damaged: what is there is read all the same.
    fn take_damaged(&mut self, path: &LogicalPath, budget: &Budget, bytes: Vec<u8>, problem: Problem) {
        let state = Arc::new(ItemState::new(self.engine, path, budget.depth(), Some(bytes.len() as u64)));
        state.problem(problem);
        if bytes.is_empty() {
            return;
        }
        let item = Item { path: path.clone(), bytes: Bytes::from(bytes), budget: budget.clone() };
        let format = self.engine.pick(&item);
        state.format.set(format.name()).ok();
        state.examined.fetch_add(item.bytes.as_slice().len() as u64, Ordering::Relaxed);
        self.engine.examine(self.scope, &item, &state, format, None, |sink| format.read(Input::Whole(item.bytes.as_slice()), sink));
    }

    /// A member too large for memory is read as it comes.
    fn take_large(&mut self, path: &LogicalPath, budget: &Budget, start: &[u8], mut rest: Checked<'_>) {
        let state = Arc::new(ItemState::new(self.engine, path, budget.depth(), None));
        let name = path.file_name().to_lowercase();
        let head = Head { bytes: &start[..start.len().min(HEAD)], name: &name, whole: false };
        let format = format::of_item(path, &head, &self.engine.options.layouts);
        state.format.set(format.name()).ok();
        let item = Item { path: path.clone(), bytes: Bytes::from(Vec::new()), budget: budget.clone() };
        let mut reader = start.chain(&mut rest);
        self.engine.examine(self.scope, &item, &state, format, None, |sink| format.read(Input::Stream(&mut reader), sink));
        std::io::copy(&mut reader, &mut std::io::sink()).ok();
        let total = rest.count();
        state.size.store(total, Ordering::Relaxed);
        state.examined.store(total, Ordering::Relaxed);
        let verdict = rest.verdict();
        match verdict.problem {
            Some(problem) => {
                self.state.problems.store(true, Ordering::Relaxed);
                state.problem(problem);
            }
            None => {
                // Read already: the catalogue keeps one of equal items.
                self.engine.claim(&verdict.digest);
                state.digest.set(verdict.digest).ok();
            }
        }
    }
}

fn problem_row(item: u32, path: &LogicalPath, problem: Problem) -> ProblemRow {
    ProblemRow {
        item,
        path: path.to_string(),
        category: problem.category,
        detail: problem.detail,
        bytes_not_examined: problem.bytes_not_examined,
    }
}
