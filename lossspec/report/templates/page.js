"use strict";
// Everything from a record is written as text, never as HTML. Without this script the page reads the same.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("page:data").textContent);
  const place = new Map(data.subjects.map(([key], number) => [key, number]));
  const ORDER = data.verdicts.slice(0, 4); // best first
  const anchor = (id) => "#claim-" + encodeURIComponent(id).replace(/[!'()*]/g, (sign) => "%" + sign.charCodeAt(0).toString(16).toUpperCase());
  const bySubject = (runs) => runs.flatMap(([value, times]) => Array(times).fill(value));
  const claims = data.claims.map(([id, statement, said, outcomes]) => ({
    id,
    statement: statement || byId(anchor(id).slice(1))?.querySelector("h4").textContent || id,
    said: said.map(([verdict, reason, where, state]) => ({ verdict, reason: data.reasons[reason], where, state })),
    outcomes: bySubject(outcomes),
  }));
  const outcome = (claim, subject) => claim.said[claim.outcomes[subject]];
  // The verdict, or the state of all calls: the definition of a change that lossspec compare has.
  const differs = (claim, one, other) => ["verdict", "state"].some((part) => outcome(claim, one)[part] !== outcome(claim, other)[part]);

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // --- A link to a claim opens it ---------------------------------------------------------------------------------

  function open() {
    const asked = location.hash.match(/^#compare=(.*)\.\.(.*)$/);
    if (asked && place.has(asked[1]) && place.has(asked[2]) && byId("compare-base")) {
      choose(asked[1], asked[2]);
      byId("compare").scrollIntoView();
      return;
    }
    const target = location.hash.length > 1 && byId(location.hash.slice(1));
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    const claim = target.closest(".claim");
    if (claim) {
      claim.querySelector("details").open = true;
      (target.matches("li") ? claim : target).scrollIntoView(); // the versions stand right below the statement
      if (target.matches("li")) target.tabIndex = -1;
      (target.matches("li") ? target : target.querySelector("summary")).focus({ preventScroll: true });
    }
  }

  // --- The matrix: what is shown --------------------------------------------------------------------------------

  const table = byId("matrix");
  const byAddress = new Map(claims.map((claim) => [anchor(claim.id), claim]));
  const rows = [...table.querySelectorAll("tr:has(td)")].map((row) => {
    const claim = byAddress.get(row.querySelector("a").getAttribute("href"));
    row.dataset.claim = claim.id;
    const section = row.parentElement.querySelector(".of-section").textContent;
    const text = [claim.id, claim.statement, section, ...claim.said.map((said) => said.reason)];
    return { row, claim, text: text.join(" ").toLowerCase(), verdicts: new Set(claim.said.map((said) => said.verdict)) };
  });
  const picked = (id) => (byId(id) ? place.get(byId(id).value) : 0);

  function fits(each, words, verdict, changed) {
    if (verdict === "some" && each.row.classList.contains("everywhere") && !words.length) return false;
    if (ORDER.concat("undecided").includes(verdict) && !each.verdicts.has(verdict)) return false;
    if (changed && !differs(each.claim, changed[0], changed[1])) return false;
    return words.every((word) => each.text.includes(word));
  }

  function filter() {
    const words = byId("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdict = byId("filter-verdict").value;
    const only = byId("filter-changed");
    const changed = only && only.checked ? [picked("filter-base"), picked("filter-new")] : null;
    let shown = 0;
    table.classList.add("chosen");
    for (const each of rows) {
      const away = !fits(each, words, verdict, changed);
      each.row.classList.toggle("away", away);
      shown += !away;
    }
    for (const body of table.tBodies) tell(body);
    for (const body of table.querySelectorAll(".of-document")) tellAll(body);
    heads(changed);
    byId("filter-count").textContent = `${shown} of ${rows.length} claims shown`;
    rove();
  }

  function tell(body) {
    if (body.matches(".of-document")) return;
    const own = body.querySelectorAll("tr[data-claim]");
    const away = body.querySelectorAll("tr[data-claim].away").length;
    body.classList.toggle("away", away === own.length);
    body.querySelector(".held").textContent = away ? `${away} more not shown` : "";
  }

  // A document of which nothing is shown says so behind its title.
  function tellAll(body) {
    const own = [];
    for (let next = body.nextElementSibling; next && !next.matches(".of-document"); next = next.nextElementSibling) own.push(...next.querySelectorAll("tr[data-claim]"));
    const away = own.length > 0 && own.every((row) => row.matches(".away"));
    body.querySelector(".held").textContent = away ? `${own.length} not shown` : "";
  }

  function heads(changed) {
    table.querySelectorAll(".heads .version").forEach((head, number) => {
      head.classList.toggle("chosen", Boolean(changed) && changed.includes(number));
    });
  }

  // --- The matrix: one stop of the tab key, arrows within ----------------------------------------------------------

  const stops = () => rows.filter((each) => each.row.offsetParent).map((each) => [...each.row.querySelectorAll("a")]);

  function rove() {
    const links = [...table.querySelectorAll("tr[data-claim] a")];
    for (const link of links) link.tabIndex = -1;
    const first = rows.find((each) => !each.row.classList.contains("away"));
    if (first) first.row.querySelector("a").tabIndex = 0;
  }

  table.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [-1e6, 0], End: [1e6, 0] };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const grid = stops();
    const line = grid.findIndex((links) => links.includes(document.activeElement));
    if (line < 0) return;
    event.preventDefault();
    const next = grid[Math.min(grid.length - 1, Math.max(0, line + step[0]))];
    const column = grid[line].indexOf(document.activeElement) + step[1];
    const link = next[Math.min(next.length - 1, Math.max(0, column))];
    document.activeElement.tabIndex = -1;
    link.tabIndex = 0;
    link.focus();
  });

  // Which versions a band stands for is said when a mouse or the focus gets there: in the page it would be a tenth of it.
  const columns = [...table.querySelectorAll(".heads .version")].map((head) => Number(head.className.match(/\bc(\d+)/)[1]));

  function name(event) {
    const band = event.target.closest(".bands .band");
    if (!band || band.title) return;
    const [from, wide] = ["c", "w"].map((letter) => Number(band.className.match(new RegExp(`\\b${letter}(\\d+)`))[1]));
    const claim = byAddress.get(band.closest("tr").querySelector("a").getAttribute("href"));
    const there = columns.flatMap((column, number) => (column >= from && column < from + wide ? [number] : []));
    const decided = there.filter((subject) => outcome(claim, subject).verdict !== "absent");
    const those = decided.length ? decided : there;
    const names = [...new Set([those[0], those.at(-1)])].map((subject) => data.subjects[subject][1]);
    band.title = `${band.textContent}: ${those.length > 1 ? `${those.length} subjects, ` : ""}${names.join(" to ")}`;
    band.setAttribute("aria-label", band.title);
  }
  for (const kind of ["mouseover", "focusin"]) table.addEventListener(kind, name);
  // And so is what a square stands for, in the words of its claim.
  for (const squares of document.querySelectorAll(".squares")) {
    squares.addEventListener("mouseover", (event) => {
      const square = event.target.closest("a");
      const claim = square && byId(square.getAttribute("href").slice(1));
      if (!claim || square.querySelector("title")) return;
      const title = document.createElementNS(squares.namespaceURI, "title");
      title.textContent = claim.querySelector("h4").textContent;
      square.prepend(title);
    });
  }

  // --- Two subjects side by side -----------------------------------------------------------------------------------

  function sign(verdict) {
    return element("b", { class: `verdict ${verdict}` }, verdict);
  }

  const LONG = 20; // lines: more than these scroll by themselves

  function tableOf(heading, names, lines) {
    const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)));
    const body = lines.map((cells) => element("tr", {}, ...cells.map((cell, number) => element(number ? "td" : "th", number ? {} : { scope: "row" }, ...[cell].flat()))));
    return [element("h3", {}, heading), element("div", { class: lines.length > LONG ? "scroll long" : "scroll", tabindex: "0", role: "region", "aria-label": heading }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)))];
  }

  const shown = (claim, subject) => [sign(outcome(claim, subject).verdict), outcome(claim, subject).where ? ` ${outcome(claim, subject).where}` : ""];

  function verdicts(base, next) {
    const changed = claims.filter((claim) => differs(claim, base, next));
    const worse = changed.filter((claim) => {
      const [was, now] = [base, next].map((each) => ORDER.indexOf(outcome(claim, each).verdict));
      return was >= 0 && now > was;
    }).length;
    if (!changed.length) return [element("h3", {}, "No claim differs")];
    const lines = changed.map((claim) => [
      [element("a", { href: anchor(claim.id) }, claim.statement)],
      [element("span", { class: "from-to" }, ...shown(claim, base), " → ", ...shown(claim, next))],
      outcome(claim, next).reason || outcome(claim, base).reason,
    ]);
    const heading = `${changed.length} claim${changed.length === 1 ? " differs" : "s differ"}, ${worse} of them with a worse verdict`;
    return tableOf(heading, ["claim", "verdict", "why"], lines);
  }

  function drift(base, next) {
    const lines = [];
    let compared = 0;
    for (const each of data.fingerprints) {
      const states = bySubject(each.states);
      const [one, other] = [states[base], states[next]].sort((a, b) => a - b);
      if (states[base] === null || states[next] === null) continue;
      compared += 1;
      const found = one !== other && each.apart.find(([a, b]) => a === one && b === other);
      if (found && found[3]) lines.push([each, found[2] < 0 ? "one is no finite number" : found[2].toLocaleString("en"), found[3]]);
    }
    const heading = `${lines.length} of ${compared} fingerprints drifted`;
    if (!lines.length) return [element("h3", {}, heading)];
    const cells = lines.map(([each, far, many]) => [each.loss.replaceAll("_", " "), each.mode, each.precision, far, `${many} of ${each.numbers}`]);
    return tableOf(heading, ["loss", "mode", "precision", "ULPs at most", "numbers"], cells);
  }

  function studies(base, next) {
    const every = data.studies.map((each) => ({ ...each, medians: bySubject(each.medians) }));
    const both = every.filter((each) => each.medians[base] !== null && each.medians[next] !== null);
    const moved = both.filter((each) => each.medians[base] !== each.medians[next]);
    const heading = `${moved.length} of ${both.length} medians of studies differ`;
    if (!moved.length) return [element("h3", {}, heading)];
    const number = (value) => String(Number(value.toPrecision(4)));
    const cells = moved.map((each) => [each.study, `${each.part} ${each.measure}`, each.documented || "–", number(each.medians[base]), number(each.medians[next])]);
    return tableOf(heading, ["study", "at the end", "document", "from", "to"], cells);
  }

  // Multiples of what zlib takes, so that two machines' times can be compared; lossspec compare calls the same slower.
  const NOTICEABLE = 1.25;

  function times(base, next) {
    const both = data.timings.filter((each) => each.zlib[base] !== null && each.zlib[next] !== null);
    if (!both.length) return [];
    const ratio = (each) => each.zlib[next] / each.zlib[base];
    const moved = both.filter((each) => Math.max(ratio(each), 1 / ratio(each)) > NOTICEABLE).sort((a, b) => ratio(b) - ratio(a));
    const heading = `${moved.length} of ${both.length} step times differ by more than ${NOTICEABLE} times`;
    if (!moved.length) return [element("h3", {}, heading)];
    const cells = moved.map((each) => [each.of.replaceAll("_", " "), each.part, each.mode, `× ${ratio(each).toPrecision(2)}`]);
    return tableOf(heading, ["of", "part", "mode", "takes"], cells);
  }

  function compare() {
    const [base, next] = [picked("compare-base"), picked("compare-new")];
    byId("compare-link").setAttribute("href", `#compare=${data.subjects[base][0]}..${data.subjects[next][0]}`);
    const lead = element("p", {}, `From ${data.subjects[base][1]} to ${data.subjects[next][1]}:`);
    byId("compare-result").replaceChildren(lead, ...verdicts(base, next), ...drift(base, next), ...studies(base, next), ...times(base, next));
  }

  function choose(base, next) {
    for (const where of ["filter", "compare"]) {
      byId(`${where}-base`).value = base;
      byId(`${where}-new`).value = next;
    }
    compare();
    if (byId("filter-changed").checked) filter();
  }

  // --- Begin -------------------------------------------------------------------------------------------------------

  for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
  byId("filter-text").addEventListener("input", filter);
  byId("filter-verdict").addEventListener("change", filter);
  if (byId("compare-base")) {
    byId("filter-changed").addEventListener("change", filter);
    for (const where of ["filter", "compare"]) {
      for (const which of ["base", "new"]) byId(`${where}-${which}`).addEventListener("change", () => choose(byId(`${where}-base`).value, byId(`${where}-new`).value));
    }
    byId("compare-swap").addEventListener("click", () => choose(byId("compare-new").value, byId("compare-base").value));
    compare();
  }
  filter();
  addEventListener("hashchange", open);
  open();
  performance.mark("ready");
  document.documentElement.dataset.ready = "yes";
})();
