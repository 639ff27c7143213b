"use strict";
// Charts over the run's time, drawn as SVG at the size they have on the page.

const kMargin = { top: 22, right: 12, bottom: 24, left: 64 };

function svg(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  return element;
}

function clockText(seconds) {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (minutes < 60) return minutes + ":" + two(whole % 60);
  return Math.floor(minutes / 60) + ":" + two(minutes % 60) + ":" + two(whole % 60);
}

/** The least of 1, 2, 5 times a power of ten that cuts `range` into at most `parts`. */
function niceStep(range, parts) {
  const rough = range / parts;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.9999);
}

function timeStep(range, parts) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  return steps.find((step) => range / step <= parts) || niceStep(range, parts);
}

function linearScale(highest) {
  const step = niceStep(Math.max(highest, 4), 4);
  const top = Math.ceil(Math.max(highest, 4) / step) * step;
  const ticks = [];
  for (let tick = 0; tick <= top * 1.0001; tick += step) ticks.push(tick);
  return { ticks, at: (value) => value / top };
}

/** From lowest to highest, both above 0, in round numbers: 1, 2, 5 times powers of ten. */
function logScale(lowest, highest) {
  const round = [];
  const highestPower = Math.ceil(Math.log10(highest)) + 1;
  for (let power = Math.floor(Math.log10(lowest)); power <= highestPower; ++power) {
    round.push(...[1, 2, 5].map((factor) => factor * Math.pow(10, power)));
  }
  const first = Math.max(0, round.findLastIndex((value) => value <= lowest));
  const found = round.findIndex((value) => value >= highest);
  const last = Math.max(found < 0 ? round.length - 1 : found, first + 3);
  const between = round.slice(first, last + 1);
  const bottom = Math.log10(between[0]);
  const range = Math.log10(between[between.length - 1]) - bottom;
  const isPowerOfTen = (value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
  return {
    ticks: between.length > 6 ? between.filter(isPowerOfTen) : between,
    at: (value) => Math.max(0, (Math.log10(Math.max(value, 1e-6)) - bottom) / range) };
}

/** The frame of one chart: scales, grid, the time of rushes. */
class Frame {
  constructor(host, timeline, scale, tickText, label) {
    this.width = Math.max(host.clientWidth, 200);
    this.height = Math.max(host.clientHeight, 120);
    this.right = kMargin.right + label;
    this.scale = scale;
    this.end = Math.max(timeline.length ? timeline[timeline.length - 1].at_s : 0, 5);
    this.root = svg("svg", { viewBox: `0 0 ${this.width} ${this.height}`, role: "img" });
    this.shadeRushes(timeline);
    this.drawGrid(tickText);
  }
  x(seconds) {
    return kMargin.left + (seconds / this.end) * (this.width - kMargin.left - this.right);
  }
  y(value) {
    const room = this.height - kMargin.top - kMargin.bottom;
    return kMargin.top + room * (1 - Math.min(this.scale.at(value), 1));
  }
  shadeRushes(timeline) {
    for (let from = 0; from < timeline.length; ++from) {
      if (timeline[from].phase !== "rushing") continue;
      let to = from;
      const goesOn = (point) =>
        point && point.phase === "rushing" && point.round === timeline[from].round;
      while (goesOn(timeline[to + 1])) ++to;
      const x = this.x(timeline[from].at_s - timeline[from].length_s);
      this.root.append(svg("rect", {
        class: "rush", x, y: kMargin.top, width: this.x(timeline[to].at_s) - x,
        height: this.height - kMargin.top - kMargin.bottom }));
      if (from === 0 || timeline.length < 60) {
        this.root.append(svg("text", { x, y: kMargin.top - 7 }, "rush"));
      }
      from = to;
    }
  }
  drawGrid(tickText) {
    for (const tick of this.scale.ticks) {
      const y = this.y(tick);
      this.root.append(svg("line", {
        class: "grid", x1: kMargin.left, x2: this.width - this.right, y1: y, y2: y }));
      this.root.append(svg("text", {
        x: kMargin.left - 8, y: y + 5, "text-anchor": "end" }, tickText(tick)));
    }
    const step = timeStep(this.end, Math.max(2, Math.floor(this.width / 110)));
    for (let second = 0; second <= this.end; second += step) {
      this.root.append(svg("text", {
        x: this.x(second), y: this.height - 6, "text-anchor": "middle" }, clockText(second)));
    }
  }
  /** A line through what is known, with gaps where nothing is. */
  line(points, name) {
    if (!points.length) return;
    let path = "";
    let drawing = false;
    points.forEach((point, place) => {
      if (point.value === null) {
        drawing = false;
        return;
      }
      const alone = !drawing && (points[place + 1] === undefined || points[place + 1].value === null);
      const x = this.x(point.at_s);
      const y = this.y(point.value);
      if (alone) this.root.append(svg("circle", { class: "dot " + name, cx: x, cy: y, r: 3 }));
      path += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      drawing = true;
    });
    this.root.append(svg("path", { class: "line " + name, d: path }));
  }
  area(points) {
    if (points.length < 2) return;
    const base = this.y(0);
    const through = points.map((point) => `L${this.x(point.at_s).toFixed(1)} ${this.y(point.value).toFixed(1)}`);
    this.root.append(svg("path", {
      class: "area",
      d: `M${this.x(points[0].at_s)} ${base}${through.join("")}L${this.x(points[points.length - 1].at_s)} ${base}Z` }));
  }
  show(host, description) {
    this.root.setAttribute("aria-label", description);
    host.replaceChildren(this.root);
  }
}

/** Parts of the timeline that grow from nothing: all of it, or each of those that begin anew. */
function climbs(timeline, field, beginsAnew) {
  const parts = [];
  for (const point of timeline) {
    const last = parts.length ? parts[parts.length - 1] : null;
    if (last === null || (beginsAnew && point[field] < last[last.length - 1].value)) {
      parts.push([{ at_s: Math.max(0, point.at_s - point.length_s), value: 0 }]);
    }
    parts[parts.length - 1].push({ at_s: point.at_s, value: point[field] });
  }
  return parts;
}

function drawCounts(host, timeline, field, countText, beginsAnew) {
  const highest = timeline.reduce((most, point) => Math.max(most, point[field]), 0);
  const frame = new Frame(host, timeline, linearScale(highest), countText, 0);
  for (const part of climbs(timeline, field, beginsAnew)) {
    frame.area(part);
    frame.line(part, "count");
  }
  frame.show(host, `Over time, at most ${countText(highest)}`);
}

const kPercentiles = [
  { name: "p50", text: "p50" }, { name: "p90", text: "p90" },
  { name: "p99", text: "p99" }, { name: "p999", text: "p99.9" }];

/** The names of the lines at their ends, apart from each other. */
function labelEnds(frame, ends) {
  const kApart = 16;
  ends.sort((one, other) => one.y - other.y || other.index - one.index);
  ends.forEach((end, place) => {
    if (place > 0) end.y = Math.max(end.y, ends[place - 1].y + kApart);
  });
  const lowest = frame.height - kMargin.bottom;
  for (let place = ends.length - 1; place >= 0; --place) {
    const limit = place + 1 < ends.length ? ends[place + 1].y - kApart : lowest;
    ends[place].y = Math.min(ends[place].y, limit);
    frame.root.append(svg("text", {
      class: "end " + ends[place].name, x: frame.width - frame.right + 8, y: ends[place].y + 4 },
      ends[place].text));
  }
}

function drawLatencies(host, timeline, latencyText) {
  const answered = timeline.filter((point) => point.latencies_ms !== null);
  const least = (point) => Math.max(point.latencies_ms[0], 0.001);
  const lowest = answered.reduce((low, point) => Math.min(low, least(point)), Infinity);
  const highest = answered.reduce((high, point) => Math.max(high, point.latencies_ms[3]), 0);
  const scale = answered.length ? logScale(lowest, Math.max(highest, lowest)) : logScale(1, 1000);
  const frame = new Frame(host, timeline, scale, latencyText, 48);
  const ends = [];
  kPercentiles.forEach((percentile, index) => {
    const points = timeline.map((point) => ({
      at_s: point.at_s, value: point.latencies_ms === null ? null : point.latencies_ms[index] }));
    frame.line(points, percentile.name);
    const last = answered[answered.length - 1];
    if (last) ends.push({ ...percentile, index, y: frame.y(last.latencies_ms[index]) });
  });
  labelEnds(frame, ends);
  frame.show(host, `Percentiles over time, at most ${latencyText(highest)}`);
}
