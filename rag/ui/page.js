// What Gradio's components leave out for screen readers and phones; nothing else depends on it.
new MutationObserver(() => {
  for (const box of document.querySelectorAll(".edit-textarea:not([aria-label])")) {
    box.ariaLabel = document.querySelector("#question label").textContent.trim();
    // The question as it was typed: it is shown as Markdown, in which nothing is markup.
    box.value = box.value.replace(/\\([!-/:-@[-`{-~])/g, "$1");
    box.dispatchEvent(new Event("input"));
  }
  // A button within a button is none: what remains is the one that closes the message.
  for (const head of document.querySelectorAll(".toast-header[role]")) {
    head.removeAttribute("role");
    head.removeAttribute("tabindex");
  }
  const sidebar = document.querySelector(".sidebar");
  if (sidebar)
    sidebar.querySelector(".toggle-button").ariaExpanded = sidebar.classList.contains("open");
}).observe(document, { childList: true, subtree: true, attributeFilter: ["class"] });

// Earlier conversations cover a narrow page; the one that was chosen is to be seen.
addEventListener("change", (event) => {
  if (event.target.closest("#history") && matchMedia("(max-width: 768px)").matches)
    document.querySelector(".sidebar .toggle-button").click();
});

// A page whose sign-in has ended, as a restart does to all, leads to the form.
const send = window.fetch;
window.fetch = async (...request) => {
  const reply = await send(...request);
  if (reply.status === 401) location.reload();
  return reply;
};

addEventListener("click", async (event) => {
  if (!event.target.closest("#sign-out")) return;
  await fetch("logout", { method: "POST" });
  location.reload();
});
