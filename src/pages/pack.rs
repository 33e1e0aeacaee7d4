//! Files as they are sent: without comments and indentation, and the modules that a page needs at
//! once as one, because each file on its own costs a slow connection a round trip and packs worse.
//!
//! This knows only how the files here are written: a comment begins a line or has it to itself, an
//! `import` names what it takes in braces, an `export` stands before what it declares.

use std::collections::BTreeMap;

/// The same text without what only people read.
pub fn slim(text: &str) -> String {
    let mut lines = Vec::new();
    let mut is_comment = false;
    for mut line in text.lines().map(str::trim) {
        loop {
            is_comment |= line.starts_with("/*");
            if !is_comment {
                break;
            }
            // What stands behind its end is none, as behind the type of an expression.
            let Some((_, behind)) = line.split_once("*/") else {
                line = "";
                break;
            };
            (line, is_comment) = (behind.trim_start(), false);
        }
        if !line.is_empty() && !line.starts_with("//") {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// A module with all that it imports, and that imports, as one module. None if it names a file
/// that `find` does not know.
pub fn bundle<'a>(entry: &str, find: &impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let mut bundle = Bundle::default();
    let (body, exports) = bundle.read(entry, find)?;
    bundle.parts.push(body);
    if !exports.is_empty() {
        bundle
            .parts
            .push(format!("export{{{}}};", exports.join(",")));
    }
    Some(bundle.parts.join("\n"))
}

#[derive(Default)]
struct Bundle {
    parts: Vec<String>,
    /// The name that the exports of a module have here, by its path.
    names: BTreeMap<String, String>,
}

impl Bundle {
    /// The text of a module in which imports are taken from what is in the bundle, and what it
    /// exports.
    fn read<'a>(
        &mut self,
        path: &str,
        find: &impl Fn(&str) -> Option<&'a str>,
    ) -> Option<(String, Vec<String>)> {
        let text = slim(find(path)?);
        let (mut body, mut exports) = (Vec::new(), Vec::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("import {") {
                let mut import = line.to_owned();
                while !import.ends_with(';') {
                    import.push_str(lines.next()?);
                }
                let (names, from) = import["import ".len()..].split_once(" from \"")?;
                // What is taken under another name is spelt otherwise where it is unpacked.
                let names = names.replace(" as ", ":");
                let from = beside(path, from.strip_suffix("\";")?);
                body.push(format!("const {names}={};", self.part(&from, find)?));
            } else if let Some(declared) = line.strip_prefix("export ") {
                exports.push(declared_name(declared)?.to_owned());
                body.push(declared.to_owned());
            } else {
                body.push(line.to_owned());
            }
        }
        Some((body.join("\n"), exports))
    }

    /// What the exports of a module are called, which is in the bundle from now on.
    fn part<'a>(&mut self, path: &str, find: &impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        if let Some(name) = self.names.get(path) {
            return Some(name.clone());
        }
        let (body, exports) = self.read(path, find)?;
        let name = format!("${}", self.names.len());
        let exports = exports.join(",");
        self.parts.push(format!(
            "const {name}=(()=>{{\n{body}\nreturn{{{exports}}};}})();"
        ));
        self.names.insert(path.to_owned(), name.clone());
        Some(name)
    }
}

/// What is declared by `const x = ...`, `class X {`, `function x(...)` or `async function x(...)`.
fn declared_name(line: &str) -> Option<&str> {
    let mut words = line.split([' ', '(']);
    words.find(|word| !["const", "class", "function", "async"].contains(word))
}

/// What a module at this path means by a relative name.
fn beside(path: &str, name: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go() {
        let text = "// What it is.\n\n/**\n * One.\n */\nfn {\n  a; // stays\n  /* b */\n}\n";
        assert_eq!(slim(text), "fn {\na; // stays\n}");
        assert_eq!(slim("/* x */\n.a {\n  b: c;\n}\n"), ".a {\nb: c;\n}");
        let text = "f(\n  /** @type {X} */ (x));\n/* one\n two */ /* three */ g();\n";
        assert_eq!(slim(text), "f(\n(x));\ng();");
    }

    #[test]
    fn what_is_imported_twice_is_there_once() {
        let find = |path: &str| match path {
            "a/main.js" => Some(
                "import { two as due } from \"./two.js\";\n\
                 import { one } from \"../one.js\";\ngo();",
            ),
            "a/two.js" => Some("import { one, ONE } from\n  \"../one.js\";"),
            "one.js" => Some("export const ONE = 1;\nexport async function one() {}"),
            _ => None,
        };
        let wrong = bundle("a/main.js", &find);
        assert_eq!(wrong, None, "an import that is written otherwise");
        let find = |path: &str| match path {
            "a/two.js" => Some(
                "import { one,\n  ONE } from \"../one.js\";\n\
                 export class two {}\nimport(\"./x.js\");",
            ),
            path => find(path),
        };
        let text = bundle("a/main.js", &find).unwrap();
        let expected = [
            "const $0=(()=>{",
            "const ONE = 1;",
            "async function one() {}",
            "return{ONE,one};})();",
            "const $1=(()=>{",
            "const { one,ONE }=$0;",
            "class two {}",
            "import(\"./x.js\");",
            "return{two};})();",
            "const { two:due }=$1;",
            "const { one }=$0;",
            "go();",
        ];
        assert_eq!(text, expected.join("\n"));
        assert_eq!(bundle("b.js", &find), None);
        let alone = "const ONE = 1;\nasync function one() {}\nexport{ONE,one};";
        assert_eq!(bundle("one.js", &find).as_deref(), Some(alone));
    }
}
