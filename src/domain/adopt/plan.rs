//! Plans the adoption of IDs: the new text of the manifest and the changes to the lockfile.

use super::Found;
use super::correct::correct;
use super::declare::declarations;
use super::pin::pins;
use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::Problem;
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::manifest::edit::declare;
use crate::domain::plan::Plan;

/// The changes that adopt IDs.
#[derive(Debug)]
pub struct Adoption {
    /// The new text of the manifest.
    pub text: String,
    /// The new manifest.
    pub manifest: Manifest,
    /// The names of the images that are added to the manifest.
    pub declared: Vec<String>,
    /// The new lockfile and its changes.
    pub plan: Plan,
}

/// Why IDs cannot be adopted.
#[derive(Debug)]
pub struct Refusal {
    /// The problems.
    pub problems: Vec<Problem>,
    /// The text of the manifest to which the spans of the problems refer.
    pub text: String,
}

/// Plans to declare and pin the identified IDs. `text` and `manifest` are the manifest before; `manifest` is `None` if
/// the manifest does not exist yet.
///
/// # Errors
/// Returns the problems if the manifest cannot be edited, or if the manifest or the lockfile contradicts the identified
/// IDs.
pub fn plan(
    mut found: Vec<Found>,
    text: &str,
    manifest: Option<&Manifest>,
    previous: &Lock,
    catalog: &Catalog,
) -> Result<Adoption, Refusal> {
    let refusal = |text: &str, problems| Refusal { problems, text: text.to_owned() };
    let parse = |text: &str| Manifest::parse(text).map_err(|problems| refusal(text, problems));
    let corrected = manifest.map(|manifest| correct(text, &found, manifest, previous)).transpose();
    let corrected = corrected.map_err(|problems| refusal(text, problems))?.flatten();
    let corrected_manifest = corrected.as_ref().map(|(text, _)| parse(text)).transpose()?;
    let (text, lock) = corrected.unwrap_or_else(|| (text.to_owned(), previous.clone()));
    let declarations = declarations(&mut found, corrected_manifest.as_ref().or(manifest), &lock);
    let text = declare(&text, &declarations).map_err(|problems| refusal(&text, problems))?;
    let manifest = parse(&text)?;
    let plan =
        pins(&found, manifest.targets(), &lock, previous, catalog).map_err(|problems| refusal(&text, problems))?;
    let declared = declarations.into_iter().map(|declaration| declaration.name).collect();
    Ok(Adoption { text, manifest, declared, plan })
}
