//! `imagelock man DIR`: writes the man pages, or prints the page of imagelock.

use super::options::QuietOption;
use super::task::{Example, Setup, Task};
use clap::Args;
use std::path::{Path, PathBuf};

use super::example_line;
use super::output::Output;
use crate::domain::diagnostics::{count, shown};
use crate::render::man::pages;
use crate::workspace::{Context, Error, files};

pub(super) const EXAMPLES: &[Example] =
    &[("Write all pages to a directory", "man share/man"), ("Print the page of imagelock", "man > imagelock.1")];

#[derive(Args)]
pub(crate) struct Options {
    /// Directory for `man1/` and `man5/` [default: print `imagelock.1`]
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    #[command(flatten)]
    output: QuietOption,
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup { quiet: self.output.quiet, prints_data: true, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        man(context, self.directory.as_deref())
    }
}

/// Writes the man pages to a directory, which is created if it does not exist. Without a directory, prints the first page.
///
/// # Errors
/// If a page cannot be written.
fn man(context: &Context, directory: Option<&Path>) -> Result<Output, Error> {
    let examples =
        |command: &str| super::examples(command).iter().map(|(purpose, line)| (*purpose, example_line(line))).collect();
    let pages = pages((context.program)(), examples);
    let Some(directory) = directory else {
        return Ok(Output::clean(pages.into_iter().next().map(|page| page.text).unwrap_or_default()));
    };
    for section in ["man1", "man5"] {
        files::make_directory(&directory.join(section))?;
    }
    let paths: Vec<PathBuf> = pages.iter().map(|page| directory.join(&page.file)).collect();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let _guard = context.write_lock(&paths)?;
    let new: Vec<_> = paths.iter().zip(&pages).map(|(path, page)| (*path, &*page.text)).collect();
    context.replace_all(&new)?;
    Ok(Output::remark(format!("wrote {} to `{}`", count(pages.len(), "page"), shown(directory))))
}
