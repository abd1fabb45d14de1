//! The files that put `breachscope check` into pipelines: the action is run step by step as its runner would, the hook as
//! pre-commit would, and every piece of YAML is read.

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use yaml_rust2::{Yaml, YamlLoader};

const EXPORT: &str = "name,email,ssn,city\n\
    Tamara Quigley,tq@nordlicht-post.net,900-10-1000,Tampa\n\
    Bruno Novak,bn@nordlicht-post.net,900-10-1002,Austin\n";
const CLEAN: &str = "item,price\nbolt,3\nnut,2\n";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(name: &str, text: &str) -> Yaml {
    let documents = YamlLoader::load_from_str(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    documents.into_iter().next().unwrap_or_else(|| panic!("{name} is empty"))
}

fn yaml_file(name: &str) -> Yaml {
    yaml(name, &fs::read_to_string(root().join(name)).expect(name))
}

fn text<'y>(node: &'y Yaml, key: &str) -> &'y str {
    node[key].as_str().unwrap_or_else(|| panic!("`{key}` is no text"))
}

/// Names in `${{ CONTEXT.NAME }}` expressions.
fn expressions(text: &str) -> Vec<String> {
    text.split("${{").skip(1).map(|rest| rest.split("}}").next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn the_action_names_only_what_it_declares() {
    let action = yaml_file("action.yml");
    let inputs = action["inputs"].as_hash().expect("inputs");
    let steps = action["runs"]["steps"].as_vec().expect("steps");
    assert_eq!(text(&action["runs"], "using"), "composite");
    let mut used = Vec::new();
    for step in steps {
        assert_eq!(text(step, "shell"), "bash", "a step of a composite action names its shell");
        assert!(expressions(text(step, "run")).is_empty(), "inputs come as variables: a path cannot become a command");
        let variables = step["env"].as_hash().expect("variables");
        used.extend(variables.values().flat_map(|value| expressions(value.as_str().unwrap_or_default())));
        for name in variables.keys().filter_map(Yaml::as_str) {
            assert!(text(step, "run").contains(&format!("${name}")), "{name} is not used");
        }
    }
    for (name, input) in inputs {
        assert!(!text(input, "description").is_empty() && input["default"].as_str().is_some(), "{name:?}");
        assert!(used.contains(&format!("inputs.{}", name.as_str().expect("a name"))), "{name:?} does nothing");
    }
    for name in &used {
        let known = name.strip_prefix("inputs.").is_some_and(|name| !action["inputs"][name].is_badvalue());
        assert!(known || name == "github.action_path", "{name} does not exist");
    }
    assert_eq!(text(&action["outputs"]["exit-code"], "value"), "${{ steps.check.outputs.exit-code }}");
    assert!(steps.iter().any(|step| step["id"].as_str() == Some("check")));
}

/// Runs the action's check step as a runner does: inputs or their defaults as variables, the program where the build step puts it.
#[cfg(unix)]
fn act(folder: &Path, inputs: &[(&str, &str)]) -> (i32, BTreeMap<String, String>, String) {
    let action = yaml_file("action.yml");
    let steps = action["runs"]["steps"].as_vec().expect("steps");
    let step = steps.iter().find(|step| step["id"].as_str() == Some("check")).expect("a step");
    let temporary = folder.join("temp");
    let release = temporary.join("breachscope/release");
    if !release.exists() {
        assert!(text(&steps[0], "run").contains("--target-dir \"$RUNNER_TEMP/breachscope\""), "where the build step puts it");
        fs::create_dir_all(&release).expect("made");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_breachscope"), release.join("breachscope")).expect("linked");
    }
    let outputs = temporary.join("outputs");
    fs::write(&outputs, "").expect("written");
    let mut command = Command::new("bash");
    // As the runner calls it.
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", text(step, "run")]).current_dir(folder);
    command.env("RUNNER_TEMP", &temporary).env("GITHUB_OUTPUT", &outputs);
    for (name, value) in step["env"].as_hash().expect("variables") {
        let expression = expressions(value.as_str().expect("a text")).remove(0);
        let input = expression.strip_prefix("inputs.").expect("an input");
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| (*value).to_owned());
        let value = given.unwrap_or_else(|| text(&action["inputs"][input], "default").to_owned());
        command.env(name.as_str().expect("a name"), value);
    }
    let output = command.output().expect("bash starts");
    let told = fs::read_to_string(&outputs).expect("outputs");
    let told = told.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().expect("an exit code"), told, said)
}

#[cfg(unix)]
#[test]
fn the_action_fails_on_people_passes_without_and_writes_what_it_was_asked_to() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).expect("written");
    fs::create_dir(folder.path().join("two words")).expect("made");
    write("two words/export.csv", EXPORT);
    write("parts.csv", CLEAN);
    write("old.gz", "\u{1f}cut");
    write("policy.toml", "[mask]\nelements = [\"email\"]\n");

    let (code, told, said) = act(folder.path(), &[("paths", "two words\nparts.csv\n"), ("sarif", "found.sarif")]);
    assert_eq!((code, told["exit-code"].as_str()), (1, "1"), "{said}");
    assert!(said.contains("file=two words/export.csv,line=1,col="), "{said}");
    let log: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("found.sarif")).expect("a log")).expect("JSON");
    assert_eq!(log["version"], "2.1.0");

    assert_eq!(act(folder.path(), &[("paths", "parts.csv")]).0, 0);
    let (code, told, said) = act(folder.path(), &[("paths", "parts.csv\nold.gz")]);
    assert_eq!((code, told["exit-code"].as_str()), (3, "3"), "{said}");
    let (code, told, said) = act(folder.path(), &[("paths", "old.gz"), ("allow-unread", "true")]);
    assert_eq!((code, told["exit-code"].as_str()), (0, "3"), "{said}");
    let (_, _, said) = act(folder.path(), &[("paths", "two words"), ("policy", "policy.toml")]);
    assert!(said.contains("element/unmasked") || said.contains("e-mail"), "{said}");
    // What looks like a command or an option in an input is neither.
    let (code, _, said) = act(folder.path(), &[("paths", "$(touch owned)\n--output=owned")]);
    assert!(code == 2 && !folder.path().join("owned").exists(), "{said}");
}

#[test]
fn the_hook_runs_as_pre_commit_runs_it() {
    let hooks = yaml_file(".pre-commit-hooks.yaml");
    let hook = &hooks.as_vec().expect("a list")[0];
    for key in ["id", "name", "description", "entry", "language"] {
        assert!(!text(hook, key).is_empty(), "{key}");
    }
    let entry: Vec<&str> = text(hook, "entry").split(' ').collect();
    assert_eq!((entry[0], text(hook, "language")), ("breachscope", "rust"));
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (content, code) in [(EXPORT, 1), (CLEAN, 0)] {
        fs::write(folder.path().join("staged.csv"), content).expect("written");
        let output = Command::new(env!("CARGO_BIN_EXE_breachscope"))
            .args(&entry[1..])
            .arg("staged.csv")
            .current_dir(folder.path())
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn every_pipeline_in_the_documents_is_yaml_and_uses_inputs_that_exist() {
    let document = fs::read_to_string(root().join("docs/ci.md")).expect("a document");
    let pieces: Vec<&str> = document.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert_eq!(pieces.len(), 3);
    let github = yaml("GitHub", pieces[0]);
    let ours = github.as_vec().expect("steps").iter().find(|step| text(step, "uses").contains("breachscope")).expect("our step");
    let action = yaml_file("action.yml");
    for name in ours["with"].as_hash().expect("inputs").keys().filter_map(Yaml::as_str) {
        assert!(!action["inputs"][name].is_badvalue(), "the action has no input `{name}`");
    }
    let gitlab = yaml("GitLab", pieces[1]);
    let job = &gitlab["breachscope"];
    let script = job["script"].as_vec().expect("a script")[0].as_str().expect("a line");
    assert!(
        script.contains(&format!("--output {}", text(&job["artifacts"]["reports"], "junit"))),
        "the report it writes is the one it keeps"
    );
    let hook = yaml("pre-commit", pieces[2]);
    let id = text(&hook.as_vec().expect("a list")[0]["hooks"].as_vec().expect("hooks")[0], "id").to_owned();
    assert_eq!(text(&yaml_file(".pre-commit-hooks.yaml").as_vec().expect("a list")[0], "id"), id);
    yaml_file(".github/workflows/ci.yml");
}

#[test]
fn the_image_holds_the_program_where_it_is_started() {
    let file = fs::read_to_string(root().join("Containerfile")).expect("a file");
    let line = |start: &str| file.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}"));
    assert!(line("COPY --from=build").ends_with("/target/release/breachscope /usr/local/bin/breachscope"));
    assert_eq!(line("ENTRYPOINT"), "ENTRYPOINT [\"breachscope\"]");
    let wanted = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let wanted = wanted.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version").trim_matches('"');
    assert!(line("FROM docker.io/library/rust").contains(&format!("rust:{wanted}-")), "the image builds with the Rust the program needs");
}
