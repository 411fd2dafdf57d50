/* Moves cards by pointer and by arrow keys; what moves them is the form on the card, or nothing. */
(function () {
  "use strict";

  var columns = Array.prototype.slice.call(document.querySelectorAll(".board-column"));
  var says = document.getElementById("board-says");
  var carried = null;

  function say(text, column, loud) {
    says.textContent = text.replace("{stage}", column ? column.dataset.name : "").trim();
    says.className = loud ? "notice notice-error" : "visually-hidden";
  }

  function way(card, column) {
    return card.querySelector('form[data-target="' + column.dataset.stage + '"]');
  }

  function mark(card, chosen) {
    columns.forEach(function (column) {
      column.classList.toggle("board-open", Boolean(card) && Boolean(way(card, column)));
      column.classList.toggle("board-chosen", column === chosen);
    });
  }

  // What needs a reason is not sent without: the card opens where it is to be given.
  function drop(card, column) {
    mark(null, null);
    if (card.closest(".board-column") === column) return;
    var form = way(card, column);
    if (form && form.checkValidity()) {
      form.requestSubmit();
      return;
    }
    card.querySelector("details").open = true;
    if (form) {
      form.querySelector("[required]").focus();
      return;
    }
    var refusal = card.querySelector('[data-refused="' + column.dataset.stage + '"]');
    say(refusal ? refusal.textContent : says.dataset.closed, column, true);
    says.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("dragstart", function (event) {
    carried = event.target.closest(".card-project[draggable]");
    if (!carried) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", carried.id);
    mark(carried, null);
  });
  document.addEventListener("dragover", function (event) {
    var column = event.target.closest(".board-column");
    if (!carried || !column) return;
    event.preventDefault();
    mark(carried, column);
  });
  document.addEventListener("drop", function (event) {
    var column = event.target.closest(".board-column");
    if (!carried || !column) return;
    event.preventDefault();
    drop(carried, column);
  });
  document.addEventListener("dragend", function () {
    carried = null;
    mark(null, null);
  });

  // By keyboard the stages that are open to a card are gone through, and one is entered.
  var chosen = null;

  function leave() {
    chosen = null;
    mark(null, null);
  }

  function step(card, by) {
    var open = columns.filter(function (column) { return way(card, column); });
    if (!open.length) return;
    var place = open.indexOf(chosen);
    chosen = open[place < 0 ? (by > 0 ? 0 : open.length - 1) : (place + by + open.length) % open.length];
    mark(card, chosen);
    say(says.dataset.chosen, chosen);
  }

  document.addEventListener("keydown", function (event) {
    var summary = event.target.closest(".card-project summary");
    if (!summary) return;
    var card = summary.closest(".card-project");
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      step(card, event.key === "ArrowRight" ? 1 : -1);
    } else if (chosen && event.key === "Enter") {
      event.preventDefault();
      var column = chosen;
      leave();
      drop(card, column);
    } else if (chosen && event.key === "Escape") {
      leave();
      say(says.dataset.left);
    }
  });
  document.addEventListener("focusout", leave);
}());
