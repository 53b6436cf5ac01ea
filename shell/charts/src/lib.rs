//! Figures to SVG: the same drawing on a page and in print.
//!
//! Pure geometry: numbers in, SVG text out, no style attributes and no scripts. Colours come from the page's
//! stylesheet by class; a signal colour by `data-state`, as everywhere in the product. Every drawing tells its story
//! in `aria-label`. Positions are rounded to hundredths, so the same figures give the same bytes.

mod bars;
mod columns;
mod deadline;
mod interval;
mod spark;
mod svg;
mod trend;

pub use bars::{Bar, bars};
pub use columns::{ColumnPair, columns};
pub use deadline::{Deadline, Stretch, deadline, ruler};
pub use interval::{Interval, Scale, forest, interval, scale_marks};
pub use spark::spark;
pub use svg::escape;
pub use trend::{TrendPoint, trend};
