//! A temporary site, an empty environment, and the binary.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use feedbake::emulator::Emulator;
use serde_json::Value;

/// A site in a temporary folder, and the emulator its feed comes from.
pub struct Sandbox {
    /// Removed with everything in it when the test ends.
    _folder: tempfile::TempDir,
    top: PathBuf,
    #[cfg(unix)]
    user: Option<u32>,
    environment: BTreeMap<String, String>,
}

impl Sandbox {
    /// An empty Zola site whose feed comes from `api`.
    pub fn new(api: &Emulator) -> Self {
        Self::without_token().with(api)
    }

    /// An empty Zola site that knows no token and no API.
    pub fn without_token() -> Self {
        Self::named("site")
    }

    /// The same in a folder of this name.
    pub fn named(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join(name);
        fs::create_dir_all(&top).unwrap();
        fs::write(top.join("config.toml"), "base_url = \"https://example.org\"\n").unwrap();
        let environment = BTreeMap::from([
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("HOME".to_owned(), top.display().to_string()),
            // Nobody listens there: whatever is not the emulator cannot be reached.
            ("FEEDBAKE_API_BASE".to_owned(), "http://127.0.0.1:9".to_owned()),
            ("FEEDBAKE_API_RETRY_PAUSE".to_owned(), "1ms".to_owned()),
            // The life of tokens has tests of its own; in all others it would only add a request.
            ("FEEDBAKE_TOKEN_REFRESH".to_owned(), "never".to_owned()),
        ]);
        Self {
            _folder: folder,
            top,
            #[cfg(unix)]
            user: None,
            environment,
        }
    }

    /// Lets the feed come from `api`.
    pub fn with(self, api: &Emulator) -> Self {
        self.set("INSTAGRAM_ACCESS_TOKEN", &api.token()).set("FEEDBAKE_API_BASE", &api.base())
    }

    /// Gives the site to another user of the machine and runs the binary as that one: to root no folder is closed.
    #[cfg(unix)]
    pub fn owned_by(mut self, user: u32) -> Self {
        for entry in walkdir::WalkDir::new(self._folder.path()).into_iter().filter_map(Result::ok) {
            std::os::unix::fs::lchown(entry.path(), Some(user), None).unwrap();
        }
        self.user = Some(user);
        self
    }

    /// Sets a variable for every run.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Removes a variable.
    pub fn unset(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Puts a file into the site.
    pub fn file(self, name: &str, text: &str) -> Self {
        self.write(name, text);
        self
    }

    /// Puts a file into the site.
    pub fn write(&self, name: &str, text: &str) {
        let place = self.path(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    /// Where `name` is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.top.join(name)
    }

    /// Runs the binary in the site.
    pub fn run(&self, arguments: &str) -> Ran {
        self.run_with(arguments, &[])
    }

    /// Runs the binary in the site with more variables.
    pub fn run_with(&self, arguments: &str, variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_feedbake"));
        let output = command.args(arguments.split_whitespace()).envs(variables.iter().copied()).output().unwrap();
        Ran::new(arguments, output)
    }

    /// Runs the binary in the site and answers its questions, a line for each.
    pub fn answer(&self, arguments: &str, variables: &[(&str, &str)], answers: &str) -> Ran {
        let mut child = self.talk(arguments, variables);
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        Ran::new(arguments, child.wait_with_output().unwrap())
    }

    /// Starts the binary and hands out its end of the talk: for logins, whose answer depends on the question.
    pub fn talk(&self, arguments: &str, variables: &[(&str, &str)]) -> Child {
        self.command(env!("CARGO_BIN_EXE_feedbake"))
            .args(arguments.split_whitespace())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// A program that will run in the site, in the environment of the sandbox.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.top).env_clear().envs(&self.environment).stdin(Stdio::null());
        #[cfg(unix)]
        if let Some(user) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
        }
        command
    }

    /// Starts the binary in the site and lets it run.
    pub fn spawn(&self, arguments: &str) -> Child {
        self.command(env!("CARGO_BIN_EXE_feedbake"))
            .args(arguments.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// The data file.
    pub fn data(&self) -> Value {
        self.json("data/instagram.json")
    }

    /// A JSON file of the site.
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// The shortcodes of the posts in the data file, in order.
    pub fn shown(&self) -> Vec<String> {
        let data = self.data();
        data["posts"].as_array().unwrap().iter().map(|post| post["shortcode"].as_str().unwrap().to_owned()).collect()
    }

    /// Every file below `folder` with its bytes; the cache is not looked at.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        self.walk(folder).into_iter().map(|path| (self.name(&path), fs::read(path).unwrap())).collect()
    }

    /// Every file below `folder` with the moment it was written.
    pub fn moments(&self, folder: &str) -> BTreeMap<String, SystemTime> {
        let modified = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        self.walk(folder).into_iter().map(|path| (self.name(&path), modified(&path))).collect()
    }

    fn walk(&self, folder: &str) -> Vec<PathBuf> {
        walkdir::WalkDir::new(self.path(folder))
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(walkdir::DirEntry::into_path)
            .filter(|path| !path.starts_with(self.path(".feedbake/cache")))
            .collect()
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.top).unwrap().to_string_lossy().replace('\\', "/")
    }

    /// The paths that the data file names.
    pub fn named_pictures(&self) -> Vec<String> {
        fn collect(value: &Value, into: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        match value {
                            Value::String(path) if key == "path" || key == "src" => into.push(path.clone()),
                            _ => collect(value, into),
                        }
                    }
                }
                Value::Array(list) => list.iter().for_each(|value| collect(value, into)),
                _ => {}
            }
        }
        let mut paths = Vec::new();
        collect(&self.data(), &mut paths);
        paths.sort();
        paths.dedup();
        paths
    }

    /// Asserts that the pictures in the site are those the data file names, no more and no less.
    #[track_caller]
    pub fn is_whole(&self) {
        let named: Vec<String> = self.named_pictures().iter().map(|path| format!("static/{path}")).collect();
        let there: Vec<String> = self.files("static/feedbake").into_keys().collect();
        assert_eq!(named, there);
    }
}

/// A run that ended.
#[derive(Debug)]
pub struct Ran {
    arguments: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// What came of a run.
    pub fn new(arguments: &str, output: std::process::Output) -> Self {
        Self {
            arguments: arguments.to_owned(),
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts how it ended, and shows what it said when it ended otherwise.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "feedbake {}\nstdout: {}\nstderr: {}", self.arguments, self.stdout, self.stderr);
        self
    }

    /// Asserts that it ended well.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// Asserts that it said each of `words` to the person.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "feedbake {} did not say {word:?}:\n{}", self.arguments, self.stderr);
        }
        self
    }

    /// Asserts that it printed each of `words` as its result.
    #[track_caller]
    pub fn prints(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stdout.contains(word), "feedbake {} did not print {word:?}:\n{}", self.arguments, self.stdout);
        }
        self
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}
