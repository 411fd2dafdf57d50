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

  // A step counts as begun by the rule of matchmaker/postings/steps.py.
  function isFilled(control) {
    if (control.type === "checkbox" || control.type === "radio") return control.checked;
    if (control.tagName === "SELECT" && (!control.options.length || control.options[0].value)) return false;
    return control.value.trim() !== "";
  }

  function markSteps(form) {
    var controls = Array.prototype.slice.call(form.elements);
    form.querySelectorAll("[data-fields]").forEach(function (step) {
      var filled = step.dataset.fields.split(" ").some(function (field) {
        return controls.some(function (control) {
          var named = control.name === field || control.name.indexOf(field + "-") === 0;
          return named && isFilled(control);
        });
      });
      step.querySelector(".form-step-filled").hidden = !filled || !!step.querySelector(".form-step-wrong");
    });
  }

  document.addEventListener("input", function (event) {
    var form = event.target.closest("form.writing");
    if (form) markSteps(form);
  });

  // Files that the server would refuse for their size are not sent; of the others the way is shown.
  document.addEventListener("htmx:beforeRequest", function (event) {
    var input = event.target;
    if (!input.matches("[data-largest]")) return;
    var sizes = Array.prototype.map.call(input.files, function (file) { return file.size; });
    var all = sizes.reduce(function (sum, size) { return sum + size; }, 0);
    var largest = Math.max.apply(null, [0].concat(sizes));
    var fits = largest <= Number(input.dataset.largest) && all <= Number(input.dataset.mostBytes);
    var parts = input.closest(".attachments");
    parts.querySelector(".field-error").textContent = fits ? "" : input.dataset.tooLarge;
    parts.querySelector("progress").hidden = !fits;
    if (fits) return;
    input.value = "";
    event.preventDefault();
  });
  document.addEventListener("htmx:xhr:progress", function (event) {
    var parts = event.target.closest(".attachments");
    if (parts && event.detail.lengthComputable) {
      parts.querySelector("progress").value = 100 * event.detail.loaded / event.detail.total;
    }
  });

  // What could not be kept is said so, where "kept" stands.
  ["htmx:responseError", "htmx:sendError"].forEach(function (failure) {
    document.addEventListener(failure, function () {
      var aside = document.getElementById("aside");
      if (aside) aside.querySelector(".kept").textContent = aside.dataset.failed;
    });
  });
}());
