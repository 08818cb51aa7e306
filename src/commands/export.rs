//! `imagelock export FORMAT`: the pins in a shape that another tool reads.

use super::Output;
use crate::workspace::context::Context;
use crate::workspace::outputs::{Files, Rivals};
use crate::workspace::project::Pins;
use std::path::Path;

use crate::domain::diagnostics::{Failure, shown};
use crate::domain::manifest::outputs::Format;
use crate::export;
use crate::export::head::{head, is_ours};
use crate::workspace::error::Error;
use crate::workspace::files;
use crate::workspace::files::claims::Role;
use crate::workspace::files::error::{Clash, FileError};
use crate::workspace::files::write_lock::WriteLock;

/// Prints the pins in a format, or writes them to a file. The file says which manifest it belongs to, as an output does, so
/// that both write the same bytes.
///
/// # Errors
/// If there is no lockfile, if a block of it was edited, or if the file is not imagelock's, or is another manifest's.
pub(crate) fn run(context: &Context, format: Format, file: Option<&Path>, locked: bool) -> Result<Output, Error> {
    if let Some(path) = file {
        Files::read_only(context)?.add_option(Role::Export, path)?;
    }
    let pins = Pins::read(context, locked)?;
    if let Some(refusal) = pins.refusal(context, locked) {
        return Ok(Output::refused(refusal));
    }
    let warning = pins.warning(context, |_| true);
    let Pins { lock, lock_source, .. } = pins;
    let refused = |problems| Error::Problems(Failure::from(problems).in_lock(Some(lock_source)));
    let body = export::body(&lock, format).map_err(refused)?;
    let Some(path) = file else { return Ok(Output { warning, ..Output::clean(head(format, None) + &body) }) };
    let mut rivals = Rivals::of(context.manifest());
    let head = head(format, Some(&rivals.owner(path)));
    let _guard = WriteLock::acquire(&[path], context.deadline, &*context.notify)?;
    if let Some(old) = files::read(path)? {
        if old.strip_prefix(&head).is_some_and(|old| *old == *body) {
            return Ok(Output { warning, ..Output::remark(format!("`{}` is up to date", shown(path))) });
        }
        if !is_ours(format, &old) {
            return Err(FileError::NotOurs { path: path.to_owned() }.into());
        }
        if let Some(manifest) = rivals.find(format, path, &old) {
            return Err(of_another(path, &manifest).into());
        }
    }
    context.replace_all(&[(path, [&head, &body])])?;
    Ok(Output { warning, ..Output::remark(format!("wrote `{}`", shown(path))) })
}

fn of_another(path: &Path, manifest: &Path) -> FileError {
    let title = format!("`{}` is an output of `{}`", shown(path), shown(manifest));
    let help = "name another file, or remove it from the `[[outputs]]` of that manifest".into();
    FileError::Clash(Clash { title, help })
}
