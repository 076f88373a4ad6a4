// The review desk in the browser: shows `view`, sends what a key or a button says. Nothing is loaded from elsewhere.

const KEYS = { a: "accept", p: "accept_all", k: "keep", w: "keep_all", c: "correct", s: "skip", u: "undo" };
const ORDER = ["accept", "accept_all", "keep", "keep_all", "correct", "skip", "undo"];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function head(view) {
  const { said, progress, case: shown } = view;
  const counts = [
    `${said.report} ${progress.report}/${progress.reports}`,
    `${progress.decided} ${said.decided}`,
    `${progress.left} ${said.left}`,
  ];
  if (progress.skipped) counts.push(`${progress.skipped} ${said.later}`);
  const all = progress.decided + progress.left;
  const bar = element("progress", { max: Math.max(all, 1), value: progress.decided, "aria-label": said.decided });
  return element(
    "div",
    { class: "gx-head" },
    element("span", { class: "gx-report" }, shown ? shown.report : ""),
    element("span", { class: "gx-counts" }, bar, counts.join(" · ")),
  );
}

function row(shown) {
  const cells = shown.row.map(({ label, raw, here }) =>
    element("td", here ? { class: "gx-here" } : {}, element("small", {}, label), raw || "·"),
  );
  return element("div", { class: "gx-scroll" }, element("table", { class: "gx-row" }, element("tr", {}, ...cells)));
}

function fragment(shown) {
  const made = element("div", { class: "gx-fragment" });
  made.innerHTML = shown.fragment; // written by the library itself, every text in it escaped
  return made;
}

function sums(shown, said) {
  if (!shown.sums.length) return element("p", { class: "gx-muted" }, said.no_sums);
  const lines = shown.sums.map(({ text, holds }) =>
    element("li", { class: holds ? "gx-holds" : "gx-fails" }, `${holds ? "✓" : "✗"} ${text}`),
  );
  return element("ul", { class: "gx-sums", "aria-label": said.sums }, ...lines);
}

function render({ model, el }) {
  const root = element("div", { class: "gx-desk", lang: "zh-Hans", tabindex: "0", "data-lm-suppress-shortcuts": "true" });
  el.append(root);
  let typed = "";
  let why = "";

  function send(step) {
    const field = root.querySelector(".gx-new");
    typed = field ? field.value : "";
    const reason = root.querySelector(".gx-why");
    why = reason ? reason.value : "";
    model.send({ do: step, new: typed, why });
  }

  function ask() {
    root.querySelector(".gx-new").focus();
  }

  function press(step) {
    const field = root.querySelector(".gx-new");
    if (step === "correct" && !field.value) ask();
    else send(step);
  }

  function draw() {
    const view = model.get("view");
    const { said, case: shown } = view;
    const parts = [head(view)];
    if (shown) {
      const raw = shown.raw.trim();
      parts.push(
        element("div", { class: "gx-place" }, element("b", {}, shown.place), element("span", {}, shown.reason)),
        shown.fragment
          ? fragment(shown)
          : shown.picture
          ? element("img", { class: "gx-page", alt: shown.place, src: `data:image/png;base64,${shown.picture}` })
          : element("p", { class: "gx-muted" }, said.no_picture),
        row(shown),
        element("div", { class: "gx-read" }, `${said.read} `, element("output", {}, raw || said.nothing)),
        sums(shown, said),
      );
      if (shown.proposed) {
        parts.push(
          element(
            "div",
            { class: "gx-proposed" },
            `${said.proposed} `,
            element("output", {}, shown.proposed),
            element("p", {}, shown.because),
          ),
        );
      }
    } else {
      parts.push(element("p", { class: "gx-done" }, said.done));
    }
    if (view.trouble) parts.push(element("p", { class: "gx-trouble", role: "alert" }, view.trouble));
    for (const text of view.aside) parts.push(element("p", { class: "gx-trouble" }, text));
    parts.push(buttons(view));
    parts.push(
      element("p", { class: "gx-muted gx-foot" }, `${said.kept_in} ${view.path} · ${said.by} ${view.who} · ${said.keys}`),
    );
    root.replaceChildren(...parts);
    const table = root.querySelector(".gx-fragment");
    const marked = table?.querySelector("[style*='outline']");
    if (marked) table.scrollTop = marked.offsetTop - table.offsetTop - 120;
    if (view.trouble && shown) {
      const field = root.querySelector(".gx-new");
      field.value = typed;
      field.focus();
    } else if (root.dataset.used) root.focus({ preventScroll: true });
  }

  function buttons(view) {
    const { said, case: shown } = view;
    const able = { accept: shown?.proposed, accept_all: view.proposals > 1, keep: shown, keep_all: shown?.together > 1, correct: shown, skip: shown, undo: view.undo };
    const offered = ORDER.filter((step) => step !== "accept_all" || able.accept_all);
    const made = offered.map((step) =>
      element(
        "button",
        { type: "button", class: `gx-${step}`, disabled: !able[step], onclick: () => press(step) },
        element("kbd", {}, Object.keys(KEYS).find((key) => KEYS[key] === step)),
        ` ${said[step]}${step === "accept_all" ? ` (${view.proposals})` : ""}`,
      ),
    );
    if (shown) {
      made.splice(offered.indexOf("correct") + 1, 0, element("input", { class: "gx-new", placeholder: said.value, "aria-label": said.value }));
      made.push(element("input", { class: "gx-why", placeholder: said.why, "aria-label": said.why, value: why }));
    } else if (view.progress.skipped) {
      made.push(element("button", { type: "button", class: "gx-again", onclick: () => send("again") }, said.again));
    }
    return element("div", { class: "gx-steps" }, ...made);
  }

  root.addEventListener("keydown", (event) => {
    root.dataset.used = "yes";
    event.stopPropagation();
    const field = event.target instanceof HTMLInputElement ? event.target : null;
    if (field) {
      if (event.key === "Enter" && field.classList.contains("gx-new")) send("correct");
      if (event.key === "Escape" || (event.key === "Enter" && field.classList.contains("gx-why"))) root.focus();
      return;
    }
    const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key.toLowerCase()];
    const button = step && root.querySelector(`.gx-${step}`);
    if (button && !button.disabled) {
      event.preventDefault();
      if (step === "correct") ask();
      else send(step);
    }
  });
  root.addEventListener("click", (event) => {
    root.dataset.used = "yes";
    if (!(document.activeElement instanceof HTMLInputElement && root.contains(document.activeElement))) root.focus({ preventScroll: true });
  });
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
