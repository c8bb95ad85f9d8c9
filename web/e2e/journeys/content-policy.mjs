// What the content policy forbids is forbidden, and the stage hears of it: otherwise "no page reported an
// error" would say nothing. Also the page that no other journey opens: the API's description.
import assert from "node:assert/strict";

export async function contentPolicy(stage, check) {
  const page = await stage.openPage();
  await check("content policy: the API's description needs no exception", async () => {
    await page.goto("/api/docs");
    await page.locator("main section details").first().waitFor();
    assert.deepEqual(stage.pageErrors, []);
  });
  await check(
    "content policy: inline code, inline styles, foreign hosts and frames are stopped",
    async () => {
      await page.goto("/");
      await page.locator("main h1").first().waitFor();
      const known = stage.pageErrors.length;
      const ran = await page.evaluate(tryEverything);
      await page.waitForTimeout(200);
      // What was provoked here is no fault of a page.
      const heard = stage.pageErrors.splice(known).join("\n");
      assert.deepEqual(ran, { inline: undefined, color: "rgb(0, 128, 0)" });
      for (const directive of [
        "script-src-elem",
        "style-src-elem",
        "style-src-attr",
        "connect-src",
        "img-src",
        "frame-src",
      ]) {
        assert.match(heard, new RegExp(`violated: ${directive} `));
      }
    },
  );
  await page.context().close();
}

/** Runs in the page, as something that came in with a name or a description would. */
async function tryEverything() {
  const { body } = document;
  const script = document.createElement("script");
  script.textContent = "globalThis.inline = 'ran'";
  const style = document.createElement("style");
  style.textContent = "body { color: rgb(255, 0, 0) !important }";
  const picture = document.createElement("img");
  picture.src = "http://127.0.0.1:9/picture.png";
  const frame = document.createElement("iframe");
  frame.src = "http://127.0.0.1:9/";
  body.style.color = "green";
  body.append(script, style, picture, frame);
  body.insertAdjacentHTML("beforeend", '<p style="color: red"></p>');
  await fetch("http://127.0.0.1:9/").catch(() => {});
  try {
    new WebSocket("ws://127.0.0.1:9/");
  } catch {
    // Some browsers refuse at once, others by an event.
  }
  return { inline: globalThis.inline, color: getComputedStyle(body).color };
}
