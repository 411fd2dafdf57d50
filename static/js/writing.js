/* Comforts of the writing pages: rows added and suggestions taken without a reload. */
(function () {
  "use strict";

  function addRow(button) {
    var list = document.getElementById(button.dataset.addRow);
    var rows = list.querySelectorAll(".form-row");
    var last = rows[rows.length - 1];
    var row = last.cloneNode(true);
    var number = Number(/-(\d+)-/.exec(last.querySelector("[name]").name)[1]) + 1;
    row.querySelectorAll(".field-error").forEach(function (error) { error.remove(); });
    row.querySelectorAll("[name]").forEach(function (control) {
      control.name = control.name.replace(/-\d+-/, "-" + number + "-");
      control.id = control.name;
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
      if (control.tagName === "SELECT") control.selectedIndex = 0;
      else control.value = "";
    });
    row.querySelectorAll("label").forEach(function (label) {
      label.htmlFor = label.htmlFor.replace(/-\d+-/, "-" + number + "-");
    });
    row.querySelector("[data-number]").textContent = String(rows.length + 1);
    list.appendChild(row);
    row.querySelector("[name]").focus();
    button.hidden = rows.length + 1 >= Number(button.dataset.most);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-add-row], [data-industry]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.addRow) {
      addRow(button);
      return;
    }
    var select = document.getElementById("industry");
    select.value = button.dataset.industry;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    select.focus();
  });

  // A second press on a button that is being answered sends nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches(".writing")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll(".writing").forEach(function (form) { delete form.dataset.sent; });
  });

  // What could not be kept is said so, where "kept" stands.
  ["htmx:responseError", "htmx:sendError"].forEach(function (failure) {
    document.addEventListener(failure, function () {
      var aside = document.getElementById("aside");
      if (aside) aside.querySelector(".kept").textContent = aside.dataset.failed;
    });
  });
}());
