/* Comforts only: every page does its work without this file. */
(function () {
  "use strict";

  // Letters typed on the way to a Chinese word are not yet a query: wait until the word stands.
  document.addEventListener("input", function (event) {
    if (event.isComposing) event.stopPropagation();
  }, true);
  document.addEventListener("compositionend", function (event) {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A filter chosen with the pointer applies at once. From the keyboard it waits for the button:
  // there every arrow key is a choice.
  var pointing = false;
  document.addEventListener("pointerdown", function () { pointing = true; });
  document.addEventListener("keydown", function () { pointing = false; });
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-autosubmit]");
    if (form && pointing && event.target.matches("select")) form.requestSubmit();
  });
  // What means "any" stays out of the address.
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form[data-autosubmit]")) return;
    event.target.querySelectorAll("input, select").forEach(function (control) {
      control.disabled = !control.value;
    });
  });

  // Where the menu is longer than the screen is wide, it shows where the page stands.
  document.querySelectorAll(".nav-bar [aria-current], .own [aria-current]").forEach(function (entry) {
    var menu = entry.closest("nav");
    menu.scrollLeft = entry.offsetLeft - (menu.clientWidth - entry.offsetWidth) / 2;
  });

  // One box ticks all boxes of its form by a name; it is of no use without this file, and hidden.
  document.querySelectorAll("[data-tick-all]").forEach(function (holder) {
    var all = holder.querySelector("input"), form = holder.closest("form");
    var boxes = form.querySelectorAll('input[type="checkbox"][name="' + holder.dataset.tickAll + '"]');
    holder.hidden = false;
    all.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = all.checked && !box.disabled; });
    });
    form.addEventListener("change", function (event) {
      if (event.target !== all) {
        all.checked = Array.prototype.every.call(boxes, function (box) { return box.checked || box.disabled; });
      }
    });
  });

  // What was ticked stays so where a step with it was refused and the list is shown again.
  var TICKED = "ticked", here = location.pathname + location.search;
  var kept = JSON.parse(sessionStorage.getItem(TICKED) || "null");
  sessionStorage.removeItem(TICKED);
  if (kept && kept.page === here && document.querySelector(".notice-warning, .notice-error")) {
    document.querySelectorAll('form input[type="checkbox"]').forEach(function (box) {
      if (kept.values.includes(box.name + "=" + box.value) && !box.disabled) box.checked = true;
    });
  }
  document.addEventListener("submit", function (event) {
    if (!event.target.querySelector("[data-tick-all]")) return;
    var boxes = event.target.querySelectorAll('input[type="checkbox"][name]:checked');
    var values = Array.prototype.map.call(boxes, function (box) { return box.name + "=" + box.value; });
    sessionStorage.setItem(TICKED, JSON.stringify({ page: here, values: values }));
  });

  // Beside a box for an amount stands what it is read as, so that a slip of the unit shows at once.
  var UNITS = { "亿元": 1e10, "亿": 1e10, "万元": 1e6, "万": 1e6, "元": 100 };
  document.querySelectorAll("output[data-amount]").forEach(function (reading) {
    var box = document.getElementById(reading.htmlFor.value);
    function read() {
      var typed = box.value.normalize("NFKC").replace(/[,\s]/g, "");
      var unit = Object.keys(UNITS).find(function (word) { return typed.endsWith(word); }) || "";
      var number = typed.slice(0, typed.length - unit.length);
      var fen = Number(number) * (UNITS[unit] || Number(reading.dataset.amount));
      reading.hidden = !number || !isFinite(fen) || fen <= 0;
      reading.textContent = reading.dataset.reading
        .replace("{yuan}", (fen / 100).toLocaleString("zh-CN"))
        .replace("{wan}", (fen / 1e6).toLocaleString("zh-CN", { maximumFractionDigits: 6 }));
    }
    box.addEventListener("input", read);
    read();
  });

  // An answer that does not arrive is said so, where the number of answers stands or it would have.
  ["htmx:responseError", "htmx:sendError"].forEach(function (failure) {
    document.addEventListener(failure, function (event) {
      var found = document.getElementById("found") || event.target.querySelector("[data-failed]");
      if (found) found.textContent = found.dataset.failed;
    });
  });

  // What a page asks for by itself waits while nobody looks at it.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && event.target.matches("[data-while-visible]")) event.preventDefault();
  });

  // Ctrl+Enter in the one box asks the question.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches(".ask-box textarea")) {
      event.target.form.requestSubmit();
    }
  });

  // A second press on a button that is being answered sends nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Controls disabled on the way out must work again when the page comes back from the cache.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-autosubmit] :disabled").forEach(function (control) {
      control.disabled = false;
    });
  });
}());
