//! The strings of an HCL file with the keys and blocks that they are in: as much of the syntax as that takes.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::CharIndices;

use super::visit::{MAX_DEPTH, Visit};

/// How many words of one item are kept. A block has three, and what follows changes nothing.
const MAX_WORDS: usize = 16;

/// Visits every string that is a value, with the words that lead to it: `resource`, the type and the name, the key. Text
/// that is not HCL gives what can be recognized in it.
///
/// # Errors
/// The line at which the text is nested deeper than [`MAX_DEPTH`].
pub(super) fn visit_strings(text: &str, visit: &mut Visit<'_>) -> Result<(), usize> {
    let scanner = Scanner {
        text,
        chars: text.char_indices().peekable(),
        line: 1,
        scopes: Vec::new(),
        path: Vec::new(),
        start: 0,
        assigned: false,
        visit,
    };
    scanner.run()
}

/// A bracket that is open.
struct Scope {
    bracket: char,
    /// Where the words of the item that it is in begin, and whether `=` or `:` followed them.
    start: usize,
    assigned: bool,
}

struct Scanner<'t, 's> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
    line: usize,
    scopes: Vec<Scope>,
    /// The words in front of all open brackets, and those since the last end of an item.
    path: Vec<Cow<'t, str>>,
    /// Where the words since the last end of an item begin.
    start: usize,
    /// Whether `=` or `:` followed them.
    assigned: bool,
    visit: &'s mut Visit<'s>,
}

impl<'t> Scanner<'t, '_> {
    fn run(mut self) -> Result<(), usize> {
        while let Some((at, char)) = self.chars.next() {
            match char {
                '\n' | ',' => self.end_item(char),
                '#' => self.skip_line(),
                '/' if self.next_is('/') => self.skip_line(),
                '/' if self.next_is('*') => self.skip_comment(),
                '"' => self.string(at),
                '<' if self.next_is('<') => self.skip_heredoc(),
                '{' | '[' | '(' => {
                    self.open(char);
                    if self.scopes.len() > MAX_DEPTH {
                        return Err(self.line);
                    }
                }
                ')' if self.is_in_call() => self.close(),
                '}' | ']' => {
                    while self.is_in_call() {
                        self.close();
                    }
                    self.close();
                    self.forget_item();
                }
                '=' | ':' => self.assigned = true,
                char if is_word(char) => self.word(at, char.len_utf8()),
                _ => {}
            }
        }
        Ok(())
    }

    fn open(&mut self, bracket: char) {
        self.scopes.push(Scope { bracket, start: self.start, assigned: self.assigned });
        self.start = self.path.len();
        self.assigned = false;
    }

    /// What was in front of the bracket continues behind it: `lookup(var.images, "web", "UUID")` is one value.
    fn close(&mut self) {
        if let Some(scope) = self.scopes.pop() {
            self.path.truncate(self.start);
            (self.start, self.assigned) = (scope.start, scope.assigned);
        }
    }

    fn is_in_call(&self) -> bool {
        self.scopes.last().is_some_and(|scope| scope.bracket == '(')
    }

    fn push_word(&mut self, word: &'t str) {
        if self.path.len() - self.start < MAX_WORDS {
            self.path.push(word.into());
        }
    }

    fn forget_item(&mut self) {
        self.path.truncate(self.start);
        self.assigned = false;
    }

    fn next_is(&mut self, expected: char) -> bool {
        self.chars.peek().is_some_and(|(_, char)| *char == expected)
    }

    fn end_item(&mut self, char: char) {
        self.line += usize::from(char == '\n');
        self.forget_item();
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
        if !self.assigned {
            self.push_word(word);
        }
    }

    /// A string is a value behind `=` and in a list; elsewhere it is a label of a block, or a key.
    fn string(&mut self, start: usize) {
        let first_line = self.line;
        let mut depth = 0_usize;
        let mut end = self.text.len();
        while let Some((at, char)) = self.chars.next() {
            match char {
                '\\' => self.line += usize::from(self.chars.next().is_some_and(|(_, char)| char == '\n')),
                '$' | '%' if self.next_is('{') => {
                    self.chars.next();
                    depth += 1;
                }
                '}' if depth > 0 => depth -= 1,
                '"' if depth == 0 => {
                    end = at;
                    break;
                }
                '\n' => {
                    self.line += 1;
                    if depth == 0 {
                        end = at;
                        break;
                    }
                }
                _ => {}
            }
        }
        let text = self.text.get(start + 1..end).unwrap_or_default();
        let in_list = self.scopes.last().is_some_and(|scope| scope.bracket != '{');
        if self.assigned || in_list {
            (self.visit)(&self.path, first_line, text);
        } else {
            self.push_word(text);
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.')
}
