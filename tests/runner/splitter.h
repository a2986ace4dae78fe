// Splits an SQL script into statements where psql would: at semicolons outside quotes, comments,
// parentheses and BEGIN ATOMIC bodies; data after COPY … FROM STDIN up to a line \. belongs to the
// statement. Lines "-- @word argument" before a statement are directives, kept with it.
// Pure; called by the differential runner.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace pgspan::test {

struct Directive {
    std::string word;      // without the @
    std::string argument;  // the rest of the line, trimmed
    int line = 0;
};

struct Statement {
    std::string text;  // without the semicolon; may be empty at the end of a file with directives
    std::string command;  // psql's, without the backslash, that ended the statement or stands alone
    std::string copy_data;
    int line = 0;  // of the statement's first character, from 1
    std::vector<Directive> directives;
};

enum class PsqlCommands { kRefuse, kKeep };

// Fails on an unterminated quote, comment or COPY block, and on psql's backslash commands unless
// they are to be kept.
Result<std::vector<Statement>> SplitStatements(std::string_view script,
                                               PsqlCommands commands = PsqlCommands::kRefuse);

// psql's :name, :'name' and :"name" outside quotes and comments replaced by what `value_of` knows;
// unknown names stay.
std::string SubstituteVariables(
    std::string_view statement,
    const std::function<std::optional<std::string>(const std::string&)>& value_of);

// Whether the statement's text has ORDER BY outside all parentheses, quotes and comments.
bool OrderedAtTopLevel(std::string_view statement);

}  // namespace pgspan::test
