"use strict";
// Sorts, filters and pages the tables; looks people up. Everything is in the page: nothing is fetched.
// Text of the evidence reaches the document through textContent only.
(() => {
  const PAGE = 100;
  const KB = ["B", "kB", "MB", "GB", "TB"];
  const number = new Intl.NumberFormat("en-US");
  const show = {
    count: (v) => number.format(v),
    bytes: (v) => { let u = 0, n = +v; while (n >= 1000 && u < 4) { n /= 1000; u++; } return u ? n.toFixed(1) + " " + KB[u] : n + " B"; },
  };
  const make = (tag, props, ...inside) => { const e = Object.assign(document.createElement(tag), props); e.append(...inside); return e; };
  const data = (id) => { const e = document.getElementById(id); return e && JSON.parse(e.textContent); };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));

  // What a table shows of its rows; `row` makes the element of one.
  function pager(table, rows, row, key, text) {
    const body = table.tBodies[0];
    const label = make("span", {});
    label.setAttribute("role", "status");
    const back = make("button", { type: "button", textContent: "Back" });
    const on = make("button", { type: "button", textContent: "Next" });
    const bar = make("div", { className: "pager" }, back, on, label);
    bar.hidden = rows.length <= PAGE;
    let shown = rows, from = 0, extra = () => true, words = [];
    const draw = () => {
      body.replaceChildren(...shown.slice(from, from + PAGE).map(row));
      const to = Math.min(from + PAGE, shown.length);
      label.textContent = shown.length ? `${number.format(from + 1)}–${number.format(to)} of ${number.format(shown.length)}` : "Nothing matches";
      back.hidden = on.hidden = shown.length <= PAGE;
      bar.hidden = rows.length <= PAGE && shown.length === rows.length;
      back.disabled = from === 0;
      on.disabled = to >= shown.length;
    };
    const filter = () => { shown = rows.filter((r) => extra(r) && words.every((w) => text(r).includes(w))); from = 0; draw(); };
    back.onclick = () => { from = Math.max(0, from - PAGE); draw(); };
    on.onclick = () => { from += PAGE; draw(); };
    [...table.tHead.rows[0].cells].forEach((th, at) => {
      if (th.dataset.fixed !== undefined) return;
      const button = make("button", { type: "button" }, ...th.childNodes);
      th.append(button);
      // Headings that repeat on every printed page cannot hold buttons.
      window.addEventListener("beforeprint", () => th.replaceChildren(...button.childNodes));
      window.addEventListener("afterprint", () => { button.append(...th.childNodes); th.append(button); });
      button.onclick = () => {
        const up = th.getAttribute("aria-sort") ? th.getAttribute("aria-sort") === "descending" : !th.classList.contains("num");
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", up ? "ascending" : "descending");
        rows.sort((a, b) => (up ? 1 : -1) * compare(key(a, at), key(b, at)));
        filter();
      };
    });
    table.closest(".scroll").after(bar);
    return {
      draw,
      search: (value) => { words = value.toLowerCase().split(/\s+/).filter(Boolean); filter(); },
      also: (test) => { extra = test; filter(); },
    };
  }

  let count = 0;
  function searchBox(what) {
    const input = make("input", { type: "search", autocomplete: "off", id: "q" + ++count });
    return [make("label", { htmlFor: input.id, textContent: what }), input];
  }

  function enhance(table) {
    const kinds = [...table.tHead.rows[0].cells].map((th) => th.dataset.kind);
    const stored = table.dataset.rows && data(table.dataset.rows);
    let rows, row, key, text;
    if (stored) {
      const classes = [...table.tHead.rows[0].cells].map((th) => th.dataset.cell || "");
      rows = stored;
      row = (r) => make("tr", {}, ...r.map((v, at) => make("td", { className: classes[at], textContent: show[kinds[at]] ? show[kinds[at]](v) : v })));
      key = (r, at) => r[at];
      const cache = new WeakMap();
      text = (r) => { let t = cache.get(r); if (t === undefined) cache.set(r, (t = r.join(" ").toLowerCase())); return t; };
    } else {
      rows = [...table.tBodies[0].rows];
      if (rows.length < 2) return;
      row = (r) => r;
      key = (r, at) => { const c = r.cells[at]; return c.dataset.v === undefined ? c.textContent.trim() : isNaN(c.dataset.v) || c.dataset.v === "" ? c.dataset.v : +c.dataset.v; };
      text = (r) => (r.words ??= r.textContent.toLowerCase());
    }
    const control = pager(table, rows, row, key, text);
    if (rows.length > 8) {
      const [label, input] = searchBox("Filter this table");
      label.append(input);
      input.oninput = () => control.search(input.value);
      table.closest(".scroll").before(make("div", { className: "tools" }, label));
    }
    window.addEventListener("beforeprint", () => { if (!stored) table.tBodies[0].replaceChildren(...rows); });
    window.addEventListener("afterprint", control.draw);
    if (stored || rows.length > PAGE) control.draw();
  }

  // The cards of people: arrays in the order `cards.rs` writes them.
  function people(table) {
    const all = data("people-data");
    if (!all) return;
    const { elements, sets, places, bases, rules, roles, paths } = all;
    const names = (set) => sets[set].map((e) => elements[e][0]);
    const known = ["not known", "yes", "no"];
    const text = (p) => (p.words ??= [p[0], p[1], p[2], places[p[5]], names(p[7]).join(" ")].join(" ").toLowerCase());
    const order = [(p) => p[0], (p) => p[1], (p) => p[2] || 0, (p) => places[p[5]], (p) => sets[p[7]].length, (p) => p[9], (p) => p[10]];
    const card = (p) => {
      const list = make("dl", {});
      const say = (term, what) => what && list.append(make("dt", { textContent: term }), make("dd", { textContent: what }));
      const direct = sets[p[7]].filter((e) => elements[e][1]).map((e) => elements[e][0]);
      say("Why on the list", direct.length
        ? `The leak shows what identifies this person directly: ${direct.join(", ")}.`
        : `The leak shows a name together with other data of the same person.`);
      say("Exposed", names(p[7]).join(", "));
      say("Only in protected form", names(p[8]).join(", "));
      say("Lives in", `${places[p[5]]} (${bases[p[6]]})`);
      say("Under 18", known[p[3]]);
      say("Deceased", known[p[4]]);
      say("Seen as", p[12].map((r) => roles[r]).join(", "));
      say("Where", p[13].map(([path, place]) => `${paths[path]} ${place}`).join("; ") + (p[9] > p[13].length ? `; and ${number.format(p[9] - p[13].length)} more records` : ""));
      say("Why these records are one person", p[9] === 1 ? "" : p[14].length ? p[14].map((r) => `${rules[r][1]} (${rules[r][0]})`).join("; ") : "all records carry the same details");
      say("Doubt", [p[11] & 1 && "may be the same person as another one on the list", p[11] & 2 && "may be more than one person", p[11] & 4 && "a merge with another record was refused, see conflicts.csv"].filter(Boolean).join("; "));
      return list;
    };
    const row = (p) => {
      const open = make("button", { type: "button", textContent: p[0] });
      open.setAttribute("aria-expanded", "false");
      const cell = (v, className = "") => make("td", { textContent: v, className });
      const tr = make("tr", {}, make("td", { className: "word" }, open), cell(p[1]), cell(p[2] || "", "num"), cell(places[p[5]]), cell(sets[p[7]].length, "num"), cell(number.format(p[9]), "num"), cell(number.format(p[10]), "num"));
      open.onclick = () => {
        const shut = open.getAttribute("aria-expanded") === "true";
        open.setAttribute("aria-expanded", String(!shut));
        if (shut) tr.nextElementSibling.remove();
        else tr.after(make("tr", { className: "why" }, make("td", { colSpan: 7 }, card(p))));
      };
      return tr;
    };
    const control = pager(table, all.people, row, (p, at) => order[at](p), text);
    document.getElementById("person-search").oninput = (e) => control.search(e.target.value);
    const element = document.getElementById("person-element");
    element.onchange = () => control.also(element.value === "" ? () => true : (p) => sets[p[7]].includes(+element.value));
    elements.forEach(([name, , people], at) => people && element.append(make("option", { value: at, textContent: `${name} (${number.format(people)})` })));
    control.draw();
  }

  document.querySelectorAll("table.sortable").forEach(enhance);
  const list = document.getElementById("people-table");
  // A hundred thousand cards take a moment to read: not before somebody comes near them.
  if (list) new IntersectionObserver((seen, watch) => { if (seen.some((s) => s.isIntersecting)) { watch.disconnect(); people(list); } }, { rootMargin: "600px" }).observe(list);
})();
