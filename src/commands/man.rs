//! `imagelock man DIR`: writes the manual pages, or prints the one of the whole.

use std::path::{Path, PathBuf};

use super::Output;
use crate::domain::diagnostics::{count, shown};
use crate::render::man::pages;
use crate::workspace::{Context, Error, files};

/// Writes the manual pages of a program into a directory, which is made if there is none; without one, prints the first.
///
/// # Errors
/// If a page cannot be written.
pub(crate) fn run(context: &Context, program: clap::Command, directory: Option<&Path>) -> Result<Output, Error> {
    let pages = pages(program);
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
