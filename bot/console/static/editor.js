// While one types: what is to be said of the text, and buttons that put rates in. All of it works by saving, too.
const form = document.querySelector("[data-look]");
const findings = document.querySelector("[data-findings]");
let last = document.querySelector("#body");
let waiting;

async function look() {
  const reply = await fetch(form.dataset.look, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (reply.ok) {
    findings.innerHTML = await reply.text();
  }
}

function insert(rate) {
  last.setRangeText(rate, last.selectionStart, last.selectionEnd, "end");
  last.focus();
  last.dispatchEvent(new Event("input", { bubbles: true }));
}

if (form && findings) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 1200);
  });
  for (const area of form.querySelectorAll("#body, [id^=variant-]")) {
    area.addEventListener("focus", () => { last = area; });
  }
  for (const code of form.querySelectorAll("[data-rate]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "app-link-button";
    button.textContent = "Put in";
    button.setAttribute("aria-label", `Put in ${code.textContent}`);
    button.addEventListener("click", () => insert(code.textContent));
    code.after(" ", button);
  }
}
