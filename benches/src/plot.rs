//! Dot plots as SVG: one line per subject, a logarithmic axis, readable in light and in dark.

use core::fmt::Write;

use crate::record::shown;

/// A dot.
pub struct Dot {
    /// Its place on the axis.
    pub x: f64,
    /// Index of its series.
    pub series: usize,
    /// What the pointer shows.
    pub title: String,
}

/// A line of dots.
pub struct Line {
    /// What stands at the left.
    pub label: String,
    /// Its dots.
    pub dots: Vec<Dot>,
}

/// A plot.
pub struct Plot<'a> {
    /// Heading.
    pub title: &'a str,
    /// What the axis counts.
    pub axis: &'a str,
    /// Names of up to five series.
    pub series: &'a [&'a str],
    /// Where a vertical line stands.
    pub mark: Option<f64>,
    /// Lines, top first.
    pub lines: Vec<Line>,
}

const LEFT: f64 = 170.0;
const WIDTH: f64 = 900.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 74.0;
const STEP: f64 = 22.0;

/// Colours that differ for colour-blind eyes as well, in light and in dark.
const STYLE: &str = "\
<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .back { fill: #ffffff } .band { fill: #f3f5f7 } .grid { stroke: #d0d7de } .mark { stroke: #24292f; stroke-width: 1.5 }
  .s0 { fill: #0a6ebd } .s1 { fill: #d9730d } .s2 { fill: #2e8b57 } .s3 { fill: #b03a8c } .s4 { fill: #7d7d7d }
  .dot { fill-opacity: 0.8; stroke: #ffffff; stroke-width: 0.8 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .back { fill: #0d1117 } .band { fill: #161b22 } .grid { stroke: #30363d } .mark { stroke: #e6edf3 }
    .s0 { fill: #4da3ff } .s1 { fill: #ff9f45 } .s2 { fill: #56d39a } .s3 { fill: #f07cc5 } .s4 { fill: #a0a0a0 }
    .dot { stroke: #0d1117 }
  }
</style>
";

impl Plot<'_> {
    /// The plot as an SVG document.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let height = TOP + STEP * self.lines.len() as f64 + 48.0;
        let axis = Axis::around(self.lines.iter().flat_map(|line| &line.dots).map(|dot| dot.x).chain(self.mark));
        let bottom = height - 48.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
             <title>{}</title>\n{STYLE}<rect class=\"back\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
             <text class=\"title\" x=\"16\" y=\"26\">{}</text>\n",
            escaped(self.title),
            escaped(self.title)
        );
        self.draw_legend(&mut svg);
        for (index, line) in self.lines.iter().enumerate() {
            let y = TOP + STEP * (index as f64 + 0.5);
            if index % 2 == 0 {
                push(
                    &mut svg,
                    format_args!(r#"<rect class="band" y="{}" width="{WIDTH}" height="{STEP}"/>"#, y - STEP / 2.0),
                );
            }
            let label = escaped(&line.label);
            push(
                &mut svg,
                format_args!(r#"<text x="{}" y="{}" text-anchor="end">{label}</text>"#, LEFT - 12.0, y + 4.5),
            );
        }
        for tick in axis.ticks() {
            let x = axis.place(tick);
            push(&mut svg, format_args!(r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="{TOP}" y2="{bottom}"/>"#));
            let y = bottom + 17.0;
            push(&mut svg, format_args!(r#"<text x="{x:.1}" y="{y}" text-anchor="middle">{}</text>"#, plain(tick)));
        }
        let (middle, foot) = (f64::midpoint(LEFT, WIDTH - RIGHT), height - 10.0);
        let name = escaped(self.axis);
        push(&mut svg, format_args!(r#"<text x="{middle}" y="{foot}" text-anchor="middle">{name}</text>"#));
        if let Some(mark) = self.mark {
            let x = axis.place(mark);
            push(&mut svg, format_args!(r#"<line class="mark" x1="{x:.1}" x2="{x:.1}" y1="{TOP}" y2="{bottom}"/>"#));
        }
        for (index, line) in self.lines.iter().enumerate() {
            for dot in line.dots.iter().filter(|dot| dot.x.is_finite() && dot.x > 0.0) {
                // Series are set off from one another, so that equal figures stay visible.
                let spread = (dot.series as f64 - (self.series.len() as f64 - 1.0) / 2.0) * 3.0;
                let (x, y) = (axis.place(dot.x), TOP + STEP * (index as f64 + 0.5) + spread);
                let title = escaped(&dot.title);
                push(
                    &mut svg,
                    format_args!(
                        r#"<circle class="dot s{}" cx="{x:.1}" cy="{y:.1}" r="5"><title>{title}</title></circle>"#,
                        dot.series
                    ),
                );
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn draw_legend(&self, svg: &mut String) {
        let mut x = LEFT;
        for (index, name) in self.series.iter().enumerate() {
            push(svg, format_args!(r#"<circle class="dot s{index}" cx="{x}" cy="49" r="5"/>"#));
            push(svg, format_args!(r#"<text x="{}" y="54">{}</text>"#, x + 10.0, escaped(name)));
            x += 34.0 + 7.5 * name.chars().count() as f64;
        }
    }
}

fn push(svg: &mut String, line: core::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = writeln!(svg, "{line}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A tick without zeros that say nothing.
fn plain(tick: f64) -> String {
    if tick >= 1.0 { format!("{tick:.0}") } else { shown(tick) }
}

/// A logarithmic axis.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    fn around(values: impl Iterator<Item = f64>) -> Self {
        let used = values.filter(|value| value.is_finite() && *value > 0.0);
        let (low, high) = used.fold((f64::INFINITY, 0.0f64), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self { low: 0.5, high: 2.0 };
        }
        Self { low: low / 1.15, high: high * 1.15 }
    }

    fn place(&self, value: f64) -> f64 {
        LEFT + (value / self.low).ln() / (self.high / self.low).ln() * (WIDTH - LEFT - RIGHT)
    }

    /// 1, 2, 5 of each decade; only powers of ten if the axis is long.
    fn ticks(&self) -> Vec<f64> {
        let steps: &[f64] = if self.high / self.low > 3000.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let all = decades.flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)));
        all.filter(|tick| (self.low..=self.high).contains(tick)).collect()
    }
}
