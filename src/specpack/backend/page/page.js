"use strict";
(() => {
  const form = document.querySelector("form.tools");
  const { q, standing, document: book, unit } = form.elements;
  const told = form.querySelector("output");
  const items = [...document.querySelectorAll(".item")].map((node) => ({
    node,
    data: node.classList.contains("row") ? node.dataset : null,
    section: node.closest("section"),
    words: null,
  }));
  const rows = items.filter((item) => item.data).length;
  const sections = [...document.querySelectorAll("main > section")].map((node) => {
    const count = node.querySelector(".count");
    return { node, count, total: count.textContent };
  });
  const groups = [...document.querySelectorAll(".group")];
  const controls = { q, standing, document: book, unit };

  const split = (text) => [...text.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map((m) => m[1] || m[2]);
  const holds = (item, words) => {
    if (words.length === 0) return true;
    item.words ??= item.node.textContent.toLowerCase();
    return words.every((word) => item.words.includes(word));
  };
  const passes = ({ data }) =>
    !data ||
    ((!standing.value || data.standing === standing.value) &&
      (!book.value || data.document === book.value || data.scope === book.value) &&
      (!unit.value || data.units.split(" ").includes(unit.value)));

  const light = (words) => {
    if (!globalThis.Highlight || !CSS.highlights) return;
    const found = [];
    for (const details of document.querySelectorAll(".held")) details.classList.remove("held");
    for (const { node, data } of items) {
      if (words.length === 0 || found.length > 1000) break;
      if (!data || node.hidden) continue;
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const lower = text.data.toLowerCase();
        if (lower.length !== text.data.length) continue;
        for (const word of words) {
          for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
            text.parentElement.closest(".tests ul")?.parentElement.classList.add("held");
            const range = new Range();
            range.setStart(text, at);
            range.setEnd(text, at + word.length);
            found.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...found));
  };

  const apply = () => {
    const words = split(q.value);
    const shown = new Map();
    let clauses = 0;
    for (const item of items) {
      const keep = passes(item) && holds(item, words);
      item.node.hidden = !keep;
      if (!keep) continue;
      shown.set(item.section, (shown.get(item.section) || 0) + 1);
      if (item.data) clauses += 1;
    }
    const filtered = Object.values(controls).some((control) => control.value);
    for (const { node, count, total } of sections) {
      const left = shown.get(node) || 0;
      count.textContent = String(left) === total ? total : `${left} of ${total}`;
      node.classList.toggle("empty", filtered && left === 0);
    }
    told.textContent = filtered ? `${clauses} of ${rows} clauses` : `${rows} clauses`;
    for (const group of groups) {
      const left = group.querySelectorAll(".item:not([hidden])").length;
      group.hidden = left === 0;
      group.open = words.length > 0 && left > 0 && left <= 40;
    }
    light(words);
  };

  const reveal = (id) => {
    const target = document.getElementById(id);
    if (!target) return false;
    const item = target.closest(".item");
    if (item && item.hidden) {
      for (const control of Object.values(controls)) control.value = "";
      apply();
    }
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView({ block: target.tagName === "SPAN" ? "center" : "start" });
    return true;
  };

  const load = () => {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // A hash that is no encoded text is an id as it stands.
    }
    if (id && document.getElementById(id)) {
      reveal(id);
      return;
    }
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [key, control] of Object.entries(controls)) control.value = state.get(key) || "";
    for (const control of [standing, book, unit]) if (control.selectedIndex < 0) control.value = "";
    apply();
    if (id) document.querySelector("main").scrollIntoView({ block: "start" });
  };

  const save = () => {
    const state = new URLSearchParams();
    for (const [key, control] of Object.entries(controls)) if (control.value) state.set(key, control.value);
    try {
      history.replaceState(null, "", `#${state}`);
    } catch {
      // Some browsers bound how often an address may change; the page is right all the same.
    }
  };

  let timer = 0;
  const change = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      apply();
      save();
    }, 120);
  };
  form.addEventListener("input", change);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", change);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      q.select();
    }
  });

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".row:not([hidden]) details:not([open])")];
    for (const node of closed) node.open = true;
  });
  addEventListener("afterprint", () => {
    for (const node of closed) node.open = false;
  });
  addEventListener("hashchange", load);
  form.hidden = false;
  load();
  if (!told.textContent) apply();
})();
