//! The tools on SOP text, over the five SOPs that ship with the product and over small documents.

mod explain;
mod format;
mod redline;
mod shipped;
mod vocabulary;
