//! The strings of an HCL file with the keys and blocks that they stand under: as much of the syntax as that takes.

use std::iter::Peekable;
use std::str::CharIndices;

use super::text::Placed;

/// Every string that is a value, with the words that lead to it: `resource`, the type and the name, the key. What is no
/// HCL gives what can be made out of it, and never an error.
pub(super) fn strings(text: &str) -> Vec<Placed> {
    let mut scanner = Scanner {
        text,
        chars: text.char_indices().peekable(),
        line: 1,
        scopes: Vec::new(),
        words: Vec::new(),
        assigned: false,
        found: Vec::new(),
    };
    scanner.run();
    while !scanner.scopes.is_empty() {
        scanner.close();
    }
    scanner.found
}

/// A bracket that is open.
struct Scope {
    bracket: char,
    /// The words in front of it, and whether they were followed by `=` or `:`.
    words: Vec<String>,
    assigned: bool,
    /// How many strings were found before it.
    first: usize,
    /// Whether something in it is called sensitive.
    is_hidden: bool,
}

struct Scanner<'t> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
    line: usize,
    scopes: Vec<Scope>,
    /// The words since the last end of an item.
    words: Vec<String>,
    /// Whether they were followed by `=` or `:`.
    assigned: bool,
    found: Vec<Placed>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some((at, char)) = self.chars.next() {
            match char {
                '\n' | ',' => self.end_item(char),
                '#' => self.skip_line(),
                '/' if self.next_is('/') => self.skip_line(),
                '/' if self.next_is('*') => self.skip_comment(),
                '"' => self.string(at),
                '<' if self.next_is('<') => self.skip_heredoc(),
                '{' | '[' | '(' => self.open(char),
                ')' if self.is_in_call() => self.close(),
                '}' | ']' => {
                    while self.is_in_call() {
                        self.close();
                    }
                    self.close();
                    self.words.clear();
                    self.assigned = false;
                }
                '=' | ':' => self.assigned = true,
                char if is_word(char) => self.word(at, char.len_utf8()),
                _ => {}
            }
        }
    }

    fn open(&mut self, bracket: char) {
        let (words, assigned) = (std::mem::take(&mut self.words), std::mem::take(&mut self.assigned));
        self.scopes.push(Scope { bracket, words, assigned, first: self.found.len(), is_hidden: false });
    }

    /// What was in front of the bracket goes on behind it: `lookup(var.images, "web", "UUID")` is one value.
    fn close(&mut self) {
        if let Some(scope) = self.scopes.pop() {
            (self.words, self.assigned) = (scope.words, scope.assigned);
            if scope.is_hidden {
                // The block may have no string at all: a file of values has it.
                self.push(String::new());
            }
            for placed in self.found.iter_mut().skip(scope.first).filter(|_| scope.is_hidden) {
                placed.is_hidden = true;
            }
        }
    }

    fn is_in_call(&self) -> bool {
        self.scopes.last().is_some_and(|scope| scope.bracket == '(')
    }

    fn push(&mut self, value: String) {
        let path = self.scopes.iter().flat_map(|scope| &scope.words).chain(&self.words).cloned().collect();
        self.found.push(Placed { path, line: self.line, value, is_hidden: false });
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.chars.peek().is_some_and(|(_, char)| *char == wanted)
    }

    fn end_item(&mut self, char: char) {
        self.line += usize::from(char == '\n');
        self.words.clear();
        self.assigned = false;
    }

    fn skip_line(&mut self) {
        while !self.next_is('\n') && self.chars.next().is_some() {}
    }

    fn skip_comment(&mut self) {
        let mut last = ' ';
        for (_, char) in self.chars.by_ref() {
            self.line += usize::from(char == '\n');
            if (last, char) == ('*', '/') {
                break;
            }
            last = char;
        }
    }

    /// `<<EOF`, lines, `EOF`.
    fn skip_heredoc(&mut self) {
        let Some((at, _)) = self.chars.next() else { return };
        let rest = &self.text[at + 1..];
        let marker = rest.lines().next().unwrap_or_default().trim_start_matches('-').trim();
        let length: usize =
            rest.split_inclusive('\n').skip(1).take_while(|line| line.trim() != marker).map(str::len).sum();
        let first = rest.split_inclusive('\n').next().unwrap_or_default().len();
        let end = at + 1 + first + length;
        while self.chars.peek().is_some_and(|(at, _)| *at < end) {
            self.line += usize::from(self.chars.next().is_some_and(|(_, char)| char == '\n'));
        }
        self.skip_line();
    }

    fn word(&mut self, start: usize, first: usize) {
        let mut end = start + first;
        while let Some((at, char)) = self.chars.next_if(|(_, char)| is_word(*char)) {
            end = at + char.len_utf8();
        }
        let word = self.text.get(start..end).unwrap_or_default();
        if matches!(word, "sensitive" | "ephemeral") {
            self.hide(end);
        }
        if !self.assigned {
            self.words.push(word.to_owned());
        }
    }

    /// `sensitive = true` and `sensitive("UUID")`, and whatever else is not `sensitive = false`, is of the whole block.
    fn hide(&mut self, end: usize) {
        let rest = self.text.get(end..).unwrap_or_default().trim_start();
        let is_false = rest.strip_prefix('=').is_some_and(|value| value.trim_start().starts_with("false"));
        if let Some(scope) = self.scopes.iter_mut().rev().find(|scope| scope.bracket == '{').filter(|_| !is_false) {
            scope.is_hidden = true;
        }
    }

    /// A string is a value behind `=` and in a list; elsewhere it is a label of a block, or a key.
    fn string(&mut self, start: usize) {
        let mut depth = 0_usize;
        let mut end = self.text.len();
        while let Some((at, char)) = self.chars.next() {
            match char {
                '\\' => drop(self.chars.next()),
                '$' | '%' if self.next_is('{') => {
                    self.chars.next();
                    depth += 1;
                }
                '}' if depth > 0 => depth -= 1,
                '"' if depth == 0 => {
                    end = at;
                    break;
                }
                '\n' if depth == 0 => {
                    self.line += 1;
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let text = self.text.get(start + 1..end).unwrap_or_default().to_owned();
        let in_list = self.scopes.last().is_some_and(|scope| scope.bracket != '{');
        if self.assigned || in_list {
            self.push(text);
        } else {
            self.words.push(text);
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.')
}
