#include "control/cli/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace pgspan::control {
namespace {

bool ShowsColours(int descriptor) {
    const char* refused = std::getenv("NO_COLOR");
    if (refused != nullptr && *refused != '\0') return false;
    const char* terminal = std::getenv("TERM");
    return isatty(descriptor) != 0 && terminal != nullptr && std::string(terminal) != "dumb";
}

std::string Coloured(const std::string& text, Colour colour, bool shown) {
    if (!shown) return text;
    const char* code = "";
    switch (colour) {
    case Colour::kNone:
        return text;
    case Colour::kBold:
        code = "1";
        break;
    case Colour::kRed:
        code = "31";
        break;
    case Colour::kGreen:
        code = "32";
        break;
    case Colour::kYellow:
        code = "33";
        break;
    case Colour::kDim:
        code = "2";
        break;
    }
    return std::string("\033[") + code + "m" + text + "\033[0m";
}

}  // namespace

Console::Console()
    : result_colours_(ShowsColours(STDOUT_FILENO)), message_colours_(ShowsColours(STDERR_FILENO)) {}

void Console::Print(const std::string& line) const {
    // Its failure is Written()'s, when the work is done.
    static_cast<void>(Write(line + "\n"));
}

Done Console::Write(const std::string& text) const {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if ((!written || std::fflush(stdout) != 0) && write_error_ == 0) write_error_ = errno;
    return Written();
}

Done Console::Written() const {
    if (write_error_ == 0) return Success();
    return Failure(SystemError("cannot write to standard output", write_error_), "");
}

void Console::Say(const std::string& line) const {
    std::fprintf(stderr, "%s %s\n", Coloured("-", Colour::kDim, message_colours_).c_str(),
                 line.c_str());
}

void Console::Report(const Failure& failure) const {
    std::fprintf(stderr, "%s %s\n", Coloured("pgspan:", Colour::kRed, message_colours_).c_str(),
                 failure.message.c_str());
    if (!failure.hint.empty()) {
        std::fprintf(stderr, "%s %s\n",
                     Coloured("to do:", Colour::kYellow, message_colours_).c_str(),
                     failure.hint.c_str());
    }
}

Progress Console::progress() const {
    return [this](const std::string& line) { Say(line); };
}

std::string Console::Paint(const std::string& text, Colour colour) const {
    return Coloured(text, colour, result_colours_);
}

}  // namespace pgspan::control
