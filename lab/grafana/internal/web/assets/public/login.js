// Logs in with the form's values and goes where the user wanted to be.
document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const response = await fetch(`${document.body.dataset.base}/login${location.search}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: form.get("user"), password: form.get("password") }),
  });
  const answer = await response.json();
  if (response.ok) location.assign(answer.redirectUrl);
  else document.getElementById("problem").textContent = answer.message;
});
