//! `report.html` in a real browser: quiet, fast, usable. Says so where there is no Chromium.
//!
//! Has its own `main`, so that a skip is seen.

#![expect(clippy::print_stdout, reason = "a test program of its own tells what it did")]

#[path = "common/browser.rs"]
mod browser;
mod common;

use browser::Browser;
use common::{fixture, rows, scan, summary};
use serde_json::{Value, json};
use std::{fmt::Write as _, path::Path};

fn main() {
    let Some(program) = browser::chromium() else {
        println!("browser tests SKIPPED: no Chromium on the path, and CHROMIUM does not name one");
        return;
    };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let small = folder.path().join("small");
    scan(&fixture(), &small, &[]);
    let crowd = folder.path().join("crowd");
    std::fs::write(folder.path().join("people.csv"), crowd_csv(CROWD)).expect("written");
    scan(&folder.path().join("people.csv"), &crowd, &[]);
    for (name, case, test) in [
        ("the page is quiet and asks nobody for anything", &small, quiet as fn(&mut Browser, &Path)),
        ("the first paint comes within a second", &small, paints),
        ("every table sorts both ways", &small, sorts),
        ("a filter leaves the rows that hold the words", &small, filters),
        ("a person is looked up and explained", &small, looks_up),
        ("people are filtered by what was exposed", &small, by_element),
        ("text can be read in light and dark", &small, contrasts),
        ("it can be used without a mouse", &small, keyboard),
        ("it fits a telephone", &small, fits),
        ("it prints", &small, prints),
        ("a hundred thousand people are sorted, filtered and looked up", &crowd, crowded),
    ] {
        if std::env::args().skip(1).any(|wanted| !wanted.starts_with('-') && !name.contains(&wanted)) {
            continue;
        }
        let mut browser = Browser::start(&program);
        browser.open(&case.join("reports/report.html"));
        test(&mut browser, case);
        assert_eq!(browser.said, Vec::<String>::new(), "{name}: the console is not empty");
        println!("browser: {name} ... ok");
    }
}

const CROWD: usize = 100_000;

/// So many people with a name, a mail address and a birth date of their own.
fn crowd_csv(people: usize) -> String {
    let given = ["Johanna", "Miguel", "Theresa", "Walter", "Beatrice", "Oswin", "Katarina", "Rafael", "Ingrid", "Tobias"];
    let surname = ["Lindqvist", "Okafor", "Marchetti", "Dubois", "Hernandez", "Petersen", "Whitfield", "Kowalczyk", "Tanaka", "Brandt"];
    let mut csv = "customer_id,first_name,last_name,email,date_of_birth,state\n".to_owned();
    for n in 0..people {
        // No two have the same name and the same birth date.
        let (born, name) = (n % 20_160, n / 20_160 + 5 * (n % 20));
        let (year, month, day) = (1940 + born / 336, 1 + born / 28 % 12, 1 + born % 28);
        let (given, surname) = (given[name % 10], surname[name / 10]);
        let state = ["CA", "TX", "NY", "FL"][n % 4];
        writeln!(csv, "{},{given},{surname},p{n}@nordlicht-post.net,{year}-{month:02}-{day:02},{state}", 10_000 + n)
            .expect("a string grows");
    }
    csv
}

fn quiet(browser: &mut Browser, _: &Path) {
    browser.run("window.scrollTo(0, document.body.scrollHeight)");
    browser.wait_for("document.readyState === 'complete'");
    let asked: Vec<&String> = browser.asked.iter().filter(|address| !address.starts_with("data:")).collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with("file:///") && asked[0].ends_with("/reports/report.html"));
    // The policy holds: what a script tries is refused.
    let refused = browser.run("fetch('https://example.org/').then(() => 'fetched', () => 'refused')");
    assert_eq!(refused, "refused");
    assert_eq!(browser.asked.iter().filter(|address| address.contains("example.org")).count(), 0);
    assert!(browser.said.drain(..).all(|entry| entry.contains("Content Security Policy")), "only the refusal is told");
}

fn paints(browser: &mut Browser, case: &Path) {
    // The best of three: other work on the machine is not the page's fault.
    let mut times = Vec::new();
    for _ in 0..3 {
        browser.open(&case.join("reports/report.html"));
        browser.wait_for("performance.getEntriesByName('first-contentful-paint').length > 0");
        times.push(browser.run("performance.getEntriesByName('first-contentful-paint')[0].startTime").as_f64().expect("milliseconds"));
    }
    assert!(times.iter().any(|time| *time <= 1000.0), "{times:?} ms");
}

/// What a reader sees of each column of each table after clicking its heading once and twice.
const SORTED: &str = r"
(async () => {
  const faults = []; let clicked = 0;
  const list = document.getElementById('people-table');
  list.scrollIntoView();
  for (let n = 0; n < 500 && !list.tBodies[0].rows.length; n++) await new Promise((done) => setTimeout(done, 10));
  const value = (cell, counts) => {
    const text = cell.dataset.v ?? cell.textContent.trim();
    return counts && text !== '' && !isNaN(text.replace(/,/g, '')) ? +text.replace(/,/g, '') : text;
  };
  const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true }));
  for (const table of document.querySelectorAll('table.sortable, #people-table')) {
    const rows = () => [...table.tBodies[0].rows];
    if (rows().length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((th, at) => {
      const button = th.querySelector('button');
      if (!button) return;
      for (const time of ['once', 'twice']) {
        button.click(); clicked++;
        const sign = th.getAttribute('aria-sort') === 'ascending' ? 1 : -1;
        const values = rows().map((row) => value(row.cells[at], th.classList.contains('num')));
        const wrong = values.findIndex((v, i) => i > 0 && sign * compare(values[i - 1], v) > 0);
        if (wrong > 0) faults.push(`${table.caption.textContent} / ${th.textContent}, ${time}: ${values[wrong - 1]} before ${values[wrong]}`);
      }
    });
  }
  return { faults, clicked };
})()";

fn sorts(browser: &mut Browser, _: &Path) {
    let result = browser.run(SORTED);
    assert_eq!(result["faults"], json!([]));
    assert!(result["clicked"].as_u64() > Some(20), "{result}");
}

fn filters(browser: &mut Browser, case: &Path) {
    let wanted = rows(case, "files.csv").iter().filter(|row| row["path"].to_lowercase().contains("hr")).count();
    assert!(wanted > 0);
    let seen = browser.run(
        r"(() => {
            const tools = document.querySelector('#files .tools'), input = tools.querySelector('input');
            const body = tools.nextElementSibling.querySelector('table').tBodies[0];
            const before = body.rows.length;
            input.value = 'HR'; input.oninput();
            const during = [...body.rows].map((row) => row.textContent.toLowerCase());
            input.value = 'no such words'; input.oninput();
            const none = [body.rows.length, document.querySelector('#files [role=status]').textContent];
            input.value = ''; input.oninput();
            return { before, during, none, after: body.rows.length };
        })()",
    );
    let during = seen["during"].as_array().expect("rows");
    assert!(during.len() >= wanted && during.iter().all(|row| row.as_str().is_some_and(|row| row.contains("hr"))), "{seen}");
    assert_eq!(seen["none"], json!([0, "Nothing matches"]));
    assert_eq!(seen["before"], seen["after"]);
    assert!(during.len() < seen["before"].as_u64().expect("a count") as usize);
}

/// Types into the search for people and gives the texts of the rows.
fn search(browser: &mut Browser, words: &str) -> Vec<String> {
    browser.run("document.getElementById('people-table').scrollIntoView()");
    browser.wait_for("document.getElementById('person-element').options.length > 1");
    let words = json!(words);
    let rows = browser.run(&format!(
        "(() => {{ const input = document.getElementById('person-search'); input.value = {words}; input.dispatchEvent(new Event('input'));
            return [...document.getElementById('people-table').tBodies[0].rows].map((row) => row.textContent); }})()"
    ));
    rows.as_array().expect("rows").iter().map(|row| row.as_str().unwrap_or_default().to_owned()).collect()
}

fn looks_up(browser: &mut Browser, case: &Path) {
    let people = rows(case, "people.csv");
    let person =
        people.iter().find(|person| person["records"].parse::<u32>().is_ok_and(|records| records > 1)).expect("a person of many records");
    let found = search(browser, &person["person_id"].to_lowercase());
    assert_eq!(found.len(), 1, "{found:?}");
    let card = browser.run(
        r"(() => { const row = document.getElementById('people-table').tBodies[0].rows[0]; row.querySelector('button').click();
            return [row.querySelector('button').getAttribute('aria-expanded'), row.nextElementSibling.textContent]; })()",
    );
    assert_eq!(card[0], "true");
    let card = card[1].as_str().expect("a text");
    for term in ["Why on the list", "Exposed", "Lives in", "Where", "Why these records are one person"] {
        assert!(card.contains(term), "{term}: {card}");
    }
    assert_eq!(search(browser, "P-NOBODYATALL").len(), 0);
    assert_eq!(search(browser, "").len(), people.len());
}

fn by_element(browser: &mut Browser, case: &Path) {
    search(browser, "");
    let options = browser.run("[...document.getElementById('person-element').options].map((option) => [option.value, option.textContent])");
    let counts = summary(case)["elements"].clone();
    let mut tried = 0;
    for option in options.as_array().expect("options").iter().filter(|option| option[0] != "") {
        let rows = browser.run(&format!(
            "(() => {{ const list = document.getElementById('person-element'); list.value = {}; list.dispatchEvent(new Event('change'));
                return document.getElementById('people-table').tBodies[0].rows.length; }})()",
            option[0]
        ));
        let told = option[1].as_str().and_then(|text| text.rsplit_once('(')).map(|(_, count)| count.trim_end_matches(')').to_owned());
        assert_eq!(told, Some(rows.to_string()), "{option}");
        tried += 1;
    }
    assert!(tried >= 5, "{counts}");
}

/// Text whose colour lies too near to what is behind it: WCAG 2.2, 1.4.3.
const FAINT: &str = r"
(() => {
  const ink = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  // Whatever notation a colour has, a drawn point has red, green, blue and alpha.
  const parse = (c) => { ink.clearRect(0, 0, 1, 1); ink.fillStyle = c; ink.fillRect(0, 0, 1, 1); const d = ink.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const light = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const over = (top, under) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)); };
  const behind = (e) => { if (!e) return parse(getComputedStyle(document.documentElement).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(18,18,18)' : 'rgb(255,255,255)');
    const c = parse(getComputedStyle(e).backgroundColor); return (c[3] ?? 1) === 1 ? c : over(c, behind(e.parentElement)); };
  const faint = new Set(); let seen = 0;
  for (const e of document.body.querySelectorAll('*')) {
    if (e.closest('svg') || e.disabled || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility()) continue;
    const style = getComputedStyle(e), under = behind(e), text = over(parse(style.color), under);
    const [a, b] = [light(text), light(under)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    seen++;
    if (ratio < (large ? 3 : 4.5)) faint.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 30)}`);
  }
  return { faint: [...faint], seen };
})()";

fn contrasts(browser: &mut Browser, _: &Path) {
    for scheme in ["light", "dark"] {
        browser.look("screen", scheme);
        let result = browser.run(FAINT);
        assert_eq!(result["faint"], json!([]), "{scheme}");
        assert!(result["seen"].as_u64() > Some(200), "{result}");
    }
    let ground = |browser: &mut Browser| browser.run("getComputedStyle(document.body).backgroundColor");
    let dark = ground(browser);
    browser.look("screen", "light");
    assert_ne!(dark, ground(browser));
}

fn keyboard(browser: &mut Browser, _: &Path) {
    let lacking = browser.run(
        r"(() => {
            const lacking = [];
            document.querySelectorAll('th').forEach((th) => th.scope || lacking.push('scope of ' + th.textContent));
            document.querySelectorAll('table').forEach((table) => table.caption || lacking.push('caption of ' + table.textContent.slice(0, 40)));
            document.querySelectorAll('input, select').forEach((field) => field.labels.length || field.ariaLabel || lacking.push('label of ' + field.id));
            document.querySelectorAll('svg').forEach((svg) => svg.ariaHidden === 'true' || svg.getAttribute('aria-label') || svg.querySelector('title') || lacking.push('words for a picture'));
            document.querySelectorAll('a[href^=\'#\']').forEach((a) => document.getElementById(a.hash.slice(1)) || lacking.push('place ' + a.hash));
            document.documentElement.lang || lacking.push('language');
            return lacking;
        })()",
    );
    assert_eq!(lacking, json!([]));
    // The first stop leads past the headings, Enter sorts, and what has the focus can be seen.
    let press = |browser: &mut Browser, key: &str, text: &str| {
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let code = if key == "Tab" { 9 } else { 13 };
            browser.call(
                "Input.dispatchKeyEvent",
                json!({ "type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code }),
            );
        }
    };
    press(browser, "Tab", "");
    assert_eq!(browser.run("document.activeElement.className"), "skip");
    browser.run("document.querySelector('#files .tools + .scroll th button').focus()");
    press(browser, "Enter", "\r");
    assert_ne!(browser.run("document.querySelector('#files .tools + .scroll th').getAttribute('aria-sort')"), Value::Null);
    browser.run("document.querySelector('#files .tools input').focus()");
    press(browser, "Tab", "");
    assert_ne!(browser.run("getComputedStyle(document.activeElement).outlineStyle"), "none");
}

fn fits(browser: &mut Browser, _: &Path) {
    browser.call("Emulation.setDeviceMetricsOverride", json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true }));
    let wide = browser.run("document.documentElement.scrollWidth").as_f64().expect("points");
    assert!(wide <= 390.0, "the page is {wide} points wide");
    // Who must be told stands beside the place, not behind a bar out of sight.
    let seen =
        browser.run("document.querySelector('#residency tbody td:last-child').getBoundingClientRect().left").as_f64().expect("points");
    assert!(seen < 350.0, "duties begin at {seen}");
}

fn prints(browser: &mut Browser, _: &Path) {
    let pdf = browser.call("Page.printToPDF", json!({ "preferCSSPageSize": true }));
    let pages = pdf["data"].as_str().expect("base64");
    assert!(pages.starts_with("JVBERi0") && pages.len() > 50_000, "{} letters", pages.len());
    browser.look("print", "light");
    let shown = browser.run("[...document.querySelectorAll('nav, .tools, .pager')].filter((e) => e.checkVisibility()).length");
    assert_eq!(shown, 0, "what only works on a screen is not printed");
}

fn crowded(browser: &mut Browser, case: &Path) {
    assert_eq!(summary(case)["people"]["best"], json!(CROWD));
    let people = rows(case, "people.csv");
    let last = &people[CROWD - 1]["person_id"];
    assert_eq!(search(browser, "").len(), 100, "a page of rows, not all of them");
    let status = browser.run("document.querySelector('#people [role=status]').textContent");
    assert_eq!(status, "1–100 of 100,000");
    let sorted = browser.run(
        r"(() => {
            const table = document.getElementById('people-table'), from = performance.now();
            const button = table.tHead.rows[0].cells[0].querySelector('button');
            button.click(); button.click();
            return [performance.now() - from, table.tBodies[0].rows[0].cells[0].textContent];
        })()",
    );
    assert_eq!(sorted[1], json!(last), "the last id comes first when sorted downwards");
    assert!(sorted[0].as_f64() < Some(8000.0), "{sorted}");
    let found = search(browser, last);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(search(browser, "lives nowhere").len(), 0);
}
