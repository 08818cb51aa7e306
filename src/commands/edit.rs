//! `imagelock add` and `imagelock remove`: edit the manifest, and keep its comments.

use super::Output;
use crate::domain::diagnostics::{Failure, Help, Problem, Source, and, quoted, shown};
use crate::domain::manifest::edit::{Declaration, declare, remove as without};
use crate::domain::manifest::{Manifest, check_names};
use crate::workspace::files::{self, error::no_manifest};
use crate::workspace::{Context, Error, Files, Role};

/// Declares an image. Where there is no manifest, it is the first of a new one.
///
/// # Errors
/// If the manifest cannot be read or written, or would be wrong with this image.
pub(crate) fn add(context: &Context, declaration: &Declaration) -> Result<Output, Error> {
    edit(context, true, |text| declare(text, std::slice::from_ref(declaration)))?;
    Ok(Output::remark(format!(
        "declared `{}` in `{}`: {} pins it",
        declaration.name,
        shown(context.manifest()),
        Help::run("resolve").show(&context.invocation)
    )))
}

/// Removes the declarations of images; their pins go with the next `resolve`.
///
/// # Errors
/// If the manifest cannot be read or written, has no such image, or would have none.
pub(crate) fn remove(context: &Context, names: &[String]) -> Result<Output, Error> {
    edit(context, false, |text| {
        let manifest = Manifest::parse(text)?;
        let names = check_names(names, &manifest.names())?;
        if names.iter().eq(manifest.names()) {
            let title = format!("without {} the manifest would declare no image", list(&names));
            return Err(vec![Problem::new(title).help("keep one, or delete the manifest and the lockfile")]);
        }
        without(text, &names)
    })?;
    Ok(Output::remark(format!(
        "removed {} from `{}`: {} drops the pins",
        list(names),
        shown(context.manifest()),
        Help::run("resolve").show(&context.invocation)
    )))
}

fn list(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    and(names.into_iter().map(quoted))
}

/// Replaces the manifest by what `change` makes of it, if that can be read.
fn edit(
    context: &Context,
    may_be_absent: bool,
    change: impl FnOnce(&str) -> Result<String, Vec<Problem>>,
) -> Result<(), Error> {
    let path = context.manifest();
    Files::new(context, [path], &[Role::Manifest])?;
    let _guard = context.write_lock(&[path])?;
    let text = match files::read(path)? {
        Some(text) => text,
        None if may_be_absent => String::new(),
        None => return Err(no_manifest(path).into()),
    };
    let refused = |problems: Vec<Problem>, text| {
        Failure::from(problems).in_manifest(Source { path: path.to_owned(), text }).into()
    };
    let edited = change(&text).map_err(|problems| refused(problems, text))?;
    match Manifest::parse(&edited) {
        Ok(_) => Ok(context.replace(path, &edited)?),
        Err(mut problems) => {
            // The places are those of a text that nobody has.
            let unwritten = "these lines would have been written; the options of the command, like `--zone`, say more";
            if let Some(last) = problems.last_mut() {
                last.notes.push(unwritten.to_owned());
            }
            Err(refused(problems, edited))
        }
    }
}
