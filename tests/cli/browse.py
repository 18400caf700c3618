#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens a page in Chromium as a reader would, narrow and wide, light and dark, and looks at it.

    browse.py PAGE.html DIRECTORY

Without a network. Fails on a message on the console, on whatever the page asks for beside itself, on a
page that is wider than its window, on labels of a plot that touch, on text that is hard to tell from
what is behind it, and on what is folded away on paper. The pictures are left in DIRECTORY.
"""
import base64
import json
import os
import subprocess
import sys

LOOK = """(() => {
  const luminance = c => {
    const [r, g, b] = c.match(/[0-9.]+/g).map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const back = luminance(getComputedStyle(document.body).backgroundColor);
  const touching = [], faint = [];
  for (const svg of document.querySelectorAll('svg')) {
    const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
      .filter(([, b]) => b.width);
    const frame = svg.getBoundingClientRect();
    for (const [i, [text, b]] of boxes.entries()) {
      if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.bottom > frame.bottom + 1)
        touching.push(text + ' leaves its plot');
      for (const [other, o] of boxes.slice(i + 1))
        if (b.left < o.right && o.left < b.right && b.top + 3 < o.bottom && o.top + 3 < b.bottom)
          touching.push(text + ' touches ' + other);
    }
  }
  for (const e of document.querySelectorAll('h1,h2,h3,p,span,th,td,li,dt,dd,summary,strong,text')) {
    const style = getComputedStyle(e);
    const at = contrast(luminance(e.tagName == 'text' ? style.fill : style.color), back);
    if (at < 4.5 && e.textContent.trim())
      faint.push(e.tagName + ' ' + e.className + ' ' + at.toFixed(1));
  }
  return JSON.stringify({back, touching, faint: [...new Set(faint)],
    many: Math.max(0, ...[...document.querySelectorAll('.wide>table')].map(t => t.getBoundingClientRect().right - innerWidth)),
    wide: document.documentElement.scrollWidth - innerWidth, plots: document.querySelectorAll('svg').length,
    height: document.documentElement.scrollHeight});
})()"""


class Browser:
    """Chromium, spoken to through a pipe."""

    def __init__(self, profile):
        read_by_it, self.to = os.pipe()
        self.of, written_by_it = os.pipe()
        # It reads from 3 and writes to 4.
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 3<&%d 4>&%d' % (read_by_it, written_by_it), "sh", "chromium",
             "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + profile, "about:blank"],
            pass_fds=(read_by_it, written_by_it), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_by_it)
        os.close(written_by_it)
        self.rest, self.number, self.news = b"", 0, []

    def message(self):
        while b"\0" not in self.rest:
            part = os.read(self.of, 1 << 20)
            assert part, "the browser is gone"
            self.rest += part
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, session=None, **params):
        self.number += 1
        question = {"id": self.number, "method": method, "params": params}
        if session:
            question["sessionId"] = session
        os.write(self.to, json.dumps(question).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                assert "error" not in message, (method, message)
                return message["result"]
            self.news.append(message)

    def wait(self, method):
        while not any(news.get("method") == method for news in self.news):
            self.news.append(self.message())


def look(browser, url, width, scheme, picture):
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.news = []
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.ask(domain + ".enable", session)
    browser.ask("Network.emulateNetworkConditions", session, offline=True, latency=0,
                downloadThroughput=0, uploadThroughput=0)
    browser.ask("Emulation.setDeviceMetricsOverride", session, width=width, height=900,
                deviceScaleFactor=1, mobile=False)
    browser.ask("Emulation.setEmulatedMedia", session,
                features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.ask("Page.navigate", session, url=url)
    browser.wait("Page.loadEventFired")
    seen = json.loads(browser.ask("Runtime.evaluate", session, expression=LOOK)["result"]["value"])
    image = browser.ask("Page.captureScreenshot", session, captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": width, "height": min(seen["height"], 6000),
                              "scale": 1})
    with open(picture, "wb") as file:
        file.write(base64.b64decode(image["data"]))
    browser.ask("Emulation.setEmulatedMedia", session, media="print")
    folded = browser.ask("Runtime.evaluate", session, expression="[...document.querySelectorAll('details *')]"
                         ".filter(e => !e.checkVisibility()).length")["result"]["value"]
    said = [news for news in browser.news if news.get("method") in (
        "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")]
    asked = {news["params"]["request"]["url"] for news in browser.news
             if news.get("method") == "Network.requestWillBeSent"}
    browser.ask("Target.closeTarget", targetId=target)
    where = "%d pixels, %s: " % (width, scheme)
    assert not said, where + str(said)
    assert asked == {url}, where + str(asked)
    assert seen["plots"] > 0, where + "no plot"
    assert seen["wide"] <= 0, where + "wider than its window by %d" % seen["wide"]
    assert width > 600 or seen["many"] <= 0, where + "a table is cut"
    assert not seen["touching"], where + str(seen["touching"])
    assert not folded, where + "%d elements are folded on paper" % folded
    assert not seen["faint"], where + str(seen["faint"])
    assert (seen["back"] < 0.05) == (scheme == "dark"), where + "the other scheme's colours"
    assert os.path.getsize(picture) > 20000, where + "an empty picture"


def main():
    page, directory = os.path.abspath(sys.argv[1]), sys.argv[2]
    browser = Browser(os.path.join(directory, "profile"))
    try:
        for width in (380, 800, 1400):
            for scheme in ("light", "dark"):
                look(browser, "file://" + page, width, scheme,
                     os.path.join(directory, "%d-%s.png" % (width, scheme)))
    finally:
        browser.process.terminate()
        browser.process.wait()


main()
