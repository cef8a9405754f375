// What Shiny leaves to the page itself.
(function () {
  "use strict";

  // Buttons in tables name the input that they set.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button.open");
    if (button) Shiny.setInputValue(button.dataset.input, button.dataset.value, { priority: "event" });
  });

  // Debian's date picker starts itself by the name that Shiny has taken from it.
  if (!$.fn.datepicker) $.fn.datepicker = $.fn.bsDatepicker;

  // A browser may keep a page that was left, with its session: it would go on asking.
  window.addEventListener("pagehide", function () { Shiny.shinyapp.$socket.close(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });

  document.addEventListener("DOMContentLoaded", function () {
    Shiny.addCustomMessageHandler("enable", function (message) {
      var button = document.getElementById(message.id);
      if (button) button.disabled = !message.on;
    });
    // The R process is gone: a grey page would say nothing.
    $(document).on("shiny:disconnected", function () {
      if (document.getElementById("gone")) return;
      var gone = document.createElement("div");
      gone.id = "gone";
      gone.setAttribute("role", "alert");
      gone.textContent = "The dashboard was restarted or cannot be reached. This page loads again as soon as it answers. ";
      var again = document.createElement("button");
      again.type = "button";
      again.textContent = "Load now";
      again.onclick = function () { location.reload(); };
      gone.appendChild(again);
      document.body.appendChild(gone);
      setInterval(function () {
        fetch(location.href, { cache: "no-store" }).then(function (answer) { if (answer.ok) location.reload(); }, function () {});
      }, 3000);
    });
  });
})();
