//! The strings of an HCL file with the keys and blocks that they stand under: as much of the syntax as that takes.

use std::iter::Peekable;
use std::str::CharIndices;

/// A string, its line, and the words that lead to it: `resource`, the type and the name, the key.
pub(super) type Placed = (Vec<String>, usize, String);

/// Every string that is a value. What is no HCL gives what can be made out of it, and never an error.
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
    scanner.found
}

struct Scanner<'t> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
    line: usize,
    /// The words in front of each bracket that is open, and whether it is that of a list.
    scopes: Vec<(Vec<String>, bool)>,
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
                '{' | '[' => {
                    self.scopes.push((std::mem::take(&mut self.words), char == '['));
                    self.assigned = false;
                }
                '}' | ']' => {
                    self.scopes.pop();
                    self.words.clear();
                    self.assigned = false;
                }
                '=' | ':' => self.assigned = true,
                char if is_word(char) => self.word(at, char.len_utf8()),
                _ => {}
            }
        }
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
        if !self.assigned {
            self.words.push(self.text.get(start..end).unwrap_or_default().to_owned());
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
        let in_list = self.scopes.last().is_some_and(|(_, is_list)| *is_list);
        if self.assigned || in_list {
            let outer = self.scopes.iter().flat_map(|(words, _)| words);
            self.found.push((outer.chain(&self.words).cloned().collect(), self.line, text));
        } else {
            self.words.push(text);
        }
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.')
}
