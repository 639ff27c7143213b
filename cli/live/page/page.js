// The run as the events tell it, put on the page.

const run = { timeline: [], state: null, ended: false };
const byId = (id) => document.getElementById(id);
const counts = new Intl.NumberFormat("en");

function countText(value) {
  if (value >= 1e6) return counts.format(Math.round(value / 1e4) / 100) + " M";
  return counts.format(Math.round(value));
}

function latencyText(milliseconds) {
  if (milliseconds >= 1000) return trim(milliseconds / 1000) + " s";
  if (milliseconds >= 1) return trim(milliseconds) + " ms";
  return trim(milliseconds * 1000) + " µs";
}

function trim(value) {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function leftText(seconds) {
  return seconds < 10 ? seconds.toFixed(1) + " s" : clockText(seconds);
}

function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function showStanding(state) {
  setText("phase", state.phase);
  setText("round", state.rounds > 1 ? `round ${state.round} of ${state.rounds}` : "");
  const left = Math.max(0, state.phase_length_s - state.phase_elapsed_s);
  const texts = [];
  if (state.awaited) texts.push("waiting for " + state.awaited);
  if (state.phase_length_s > 0) texts.push(leftText(left) + (state.awaited ? " at most" : " left"));
  const whole = state.run_left_s - left;
  if (whole > 1) texts.push(leftText(state.run_left_s) + " to the last close");
  setText("left", texts.join(" · "));
  const part = state.phase_length_s > 0 ? Math.min(1, state.phase_elapsed_s / state.phase_length_s) : 1;
  byId("bar").style.width = (part * 100).toFixed(2) + "%";
}

function showFigures(state) {
  const sum = (field) => state.cohorts.reduce((all, cohort) => all + cohort[field], 0);
  if (state.users_total > 0) {
    setText("done", countText(state.users_done));
    setText("total", "of " + countText(state.users_total) + " in this phase");
    setText("rate", countText(state.rate));
    setText("in_flight", countText(state.in_flight));
  }
  if (state.latencies_ms !== null) setText("p99", latencyText(state.latencies_ms[2]));
  const errors = state.outcomes
    .filter((kind) => kind.outcome === "failed" || kind.outcome === "indeterminate")
    .reduce((all, kind) => all + kind.count, 0);
  setText("won", countText(sum("won")));
  setText("won_of", "of " + countText(sum("claimed")) + " who claimed");
  setText("errors", countText(errors));
  byId("errors_card").className = errors > 0 ? "bad" : "";
}

function cell(kind, text, name) {
  const element = document.createElement(kind);
  element.textContent = text;
  if (name) element.className = name;
  return element;
}

function gauge(part) {
  const element = cell("td", "");
  const box = cell("div", "", "gauge");
  const track = cell("span", "");
  const bar = document.createElement("i");
  bar.style.width = (part === null ? 0 : part * 100).toFixed(2) + "%";
  track.append(bar);
  box.append(cell("span", part === null ? "–" : (part * 100).toFixed(1) + " %", "number"), track);
  element.append(box);
  return element;
}

function showCohorts(state) {
  byId("cohorts").replaceChildren(...state.cohorts.map((cohort) => {
    const row = document.createElement("tr");
    row.append(
      cell("th", cohort.name),
      cell("td", countText(cohort.claimed), "number"),
      cell("td", countText(cohort.won), "number"),
      gauge(cohort.claimed > 0 ? cohort.won / cohort.claimed : null),
      cell("td", countText(cohort.losses), "number"),
      cell("td", countText(cohort.refusals), "number"),
      cell("td", countText(cohort.errors), "number" + (cohort.errors > 0 ? " bad" : "")));
    return row;
  }));
}

function showOutcomes(state) {
  byId("outcomes").replaceChildren(...state.outcomes.map((kind) => {
    const row = document.createElement("tr");
    const bad = kind.outcome === "failed" || kind.outcome === "indeterminate" ? "bad" : "";
    row.append(cell("td", kind.operation), cell("td", kind.outcome, bad),
      cell("td", kind.reason === "none" ? "" : kind.reason), cell("td", countText(kind.count), "number"));
    return row;
  }));
}

function showState(state) {
  run.state = state;
  showStanding(state);
  showFigures(state);
  showCohorts(state);
  showOutcomes(state);
}

function drawCharts() {
  if (document.hidden) return;
  drawLatencies(byId("latency_chart"), run.timeline, latencyText);
  drawCounts(byId("rate_chart"), run.timeline, "rate", countText, false);
  drawCounts(byId("in_flight_chart"), run.timeline, "in_flight", countText, false);
  drawCounts(byId("done_chart"), run.timeline, "done", countText, true);
}

function showEnding(ending) {
  run.ended = ending !== null;
  const section = byId("ending");
  section.hidden = !run.ended;
  byId("standing").hidden = run.ended;
  if (!run.ended) return;
  section.className = ending.tone;
  setText("verdict", ending.verdict || "NO VERDICT");
  setText("headline", ending.headline);
  const result = byId("result");
  result.replaceChildren(`Exit code ${ending.exit_code}.`);
  if (ending.report) result.append(" Report: ", cell("code", ending.report));
  document.title = (ending.verdict || "no verdict") + " – fairrush";
}

function addNotice(text) {
  byId("notices").append(cell("li", text));
  byId("notices_section").hidden = false;
}

function showStory(story) {
  run.timeline = story.timeline;
  document.title = story.scenario + " – fairrush";
  setText("scenario", story.scenario);
  setText("question", story.question);
  byId("build").hidden = story.release_build;
  byId("notices").replaceChildren();
  byId("notices_section").hidden = true;
  story.notices.forEach(addNotice);
  showState(story.state);
  showEnding(story.ending);
  drawCharts();
}

function showLink(text, name) {
  setText("link", text);
  byId("link").className = name;
}

function listen() {
  const source = new EventSource("events");
  const on = (name, act) =>
    source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  source.onopen = () => showLink("live", "live");
  source.onerror = () => showLink(run.ended ? "the run is over" : "connection lost, trying again",
    run.ended ? "" : "lost");
  on("story", showStory);
  on("state", (state) => { if (!run.ended) showState(state); });
  on("interval", (point) => { run.timeline.push(point); drawCharts(); });
  on("notice", addNotice);
  on("ending", showEnding);
  on("farewell", () => { source.close(); showLink("the run is over", ""); });
}

new ResizeObserver(drawCharts).observe(byId("latency_chart"));
document.addEventListener("visibilitychange", drawCharts);
listen();
