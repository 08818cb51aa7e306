//! `imagelock man DIR`: writes the manual pages, or prints the one of the whole.

use super::options::QuietOption;
use super::task::{Setup, Task};
use clap::Args;
use std::path::{Path, PathBuf};

use super::output::Output;
use crate::domain::diagnostics::{count, shown};
use crate::render::man::pages;
use crate::workspace::{Context, Error, files};

#[derive(Args)]
pub(crate) struct Options {
    /// The folder to write to; without one, `imagelock.1` is printed
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

/// Writes the manual pages of a program into a directory, which is made if there is none; without one, prints the first.
///
/// # Errors
/// If a page cannot be written.
fn man(context: &Context, directory: Option<&Path>) -> Result<Output, Error> {
    let pages = pages((context.program)());
    let Some(directory) = directory else {
        return Ok(Output::clean(pages.into_iter().next().map(|page| page.text).unwrap_or_default()));
    };
    files::make_directory(directory)?;
    let paths: Vec<PathBuf> = pages.iter().map(|page| directory.join(&page.file)).collect();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let _guard = context.write_lock(&paths)?;
    let new: Vec<_> = paths.iter().zip(&pages).map(|(path, page)| (*path, &*page.text)).collect();
    context.replace_all(&new)?;
    Ok(Output::remark(format!("wrote {} to `{}`", count(pages.len(), "page"), shown(directory))))
}
