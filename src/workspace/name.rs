//! The name of the repository or directory that the manifests of a run are in, for the heading of a report.

use std::path::{Path, PathBuf};

use crate::domain::diagnostics::shown;
use crate::workspace::files::{RealPath, directory_of};

/// The name of the git work tree around all manifests, else of the directory that they have in common. Manifests in the
/// root directory have no such name; the first one's path replaces it.
pub(crate) fn project_name(manifests: &[PathBuf]) -> String {
    let directories = manifests.iter().map(|manifest| directory_of(&RealPath::of(manifest).path).to_owned());
    let common = directories.reduce(|one, other| common_directory(&one, &other)).unwrap_or_default();
    // The `.git` of a linked work tree or a submodule is a file.
    let work_tree = common.ancestors().find(|directory| directory.join(".git").exists());
    let name = work_tree.unwrap_or(&common).file_name().map(Path::new);
    name.or(manifests.first().map(PathBuf::as_path)).map(shown).unwrap_or_default()
}

fn common_directory(one: &Path, other: &Path) -> PathBuf {
    let pairs = one.components().zip(other.components());
    pairs.take_while(|(one, other)| one == other).map(|(part, _)| part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_work_tree_or_of_the_common_directory() {
        let sandbox = tempfile::tempdir().unwrap();
        let manifest = |path: &str| {
            let path = sandbox.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            path
        };
        let api = manifest("platform/stacks/api/images.toml");
        let web = manifest("platform/stacks/web/images.toml");
        assert_eq!(project_name(std::slice::from_ref(&api)), "api");
        assert_eq!(project_name(&[api.clone(), web.clone()]), "stacks");
        std::fs::create_dir(sandbox.path().join("platform/.git")).unwrap();
        assert_eq!(project_name(&[api, web]), "platform");
        assert_eq!(project_name(&["/images.toml".into()]), "/images.toml");
    }
}
