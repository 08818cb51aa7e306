//! `imagelock export FORMAT`: the pins in a shape that another tool reads.

use std::borrow::Cow;
use std::path::Path;

use super::Output;
use crate::domain::diagnostics::{Problem, shown};
use crate::domain::manifest::outputs::Format;
use crate::export::Export;
use crate::export::head::{head, is_ours};
use crate::workspace::files::{self, error::not_ours};
use crate::workspace::{Context, Error, Files, Pins, Rivals, Role};

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
    let export = Export::new(Cow::Owned(pins.lock.clone()), format).map_err(|problems| pins.error(problems))?;
    let Some(path) = file else { return Ok(Output { warning, ..Output::clean(export) }) };
    let rivals = Rivals::of(context.manifest());
    let text = head(format, Some(&rivals.owner(path))) + &export.body();
    let _guard = context.write_lock(&[path])?;
    if let Some(old) = files::read(path)? {
        if old == text {
            return Ok(Output { warning, ..Output::remark(format!("`{}` is up to date", shown(path))) });
        }
        if !is_ours(format, &old) {
            return Err(not_ours(path).into());
        }
        if let Some(manifest) = rivals.find(format, path, &old) {
            let title = format!("`{}` is an output of `{}`", shown(path), shown(&manifest));
            let help = "name another file, or remove it from the `[[outputs]]` of that manifest";
            return Err(Problem::new(title).help(help).into());
        }
    }
    context.replace(path, &text)?;
    Ok(Output { warning, ..Output::remark(format!("wrote `{}`", shown(path))) })
}
