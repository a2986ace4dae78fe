#include "control/demo/copy_text.h"

#include <chrono>

#include <fmt/format.h>

namespace pgspan::control {

void CopyText::Separate() {
    if (row_begun_) text_ += '\t';
    row_begun_ = true;
}

CopyText& CopyText::Add(std::string_view text) {
    Separate();
    for (char c : text) {
        switch (c) {
        case '\\':
            text_ += "\\\\";
            break;
        case '\t':
            text_ += "\\t";
            break;
        case '\n':
            text_ += "\\n";
            break;
        case '\r':
            text_ += "\\r";
            break;
        default:
            text_ += c;
        }
    }
    return *this;
}

CopyText& CopyText::AddNull() {
    Separate();
    text_ += "\\N";
    return *this;
}

CopyText& CopyText::Add(int64_t number, int digits) {
    return Add(std::string_view(Decimal(number, digits)));
}

void CopyText::EndRow() {
    text_ += '\n';
    row_begun_ = false;
    rows_++;
}

std::string Decimal(int64_t number, int digits) {
    int64_t scale = 1;
    for (int i = 0; i < digits; i++) scale *= 10;
    return digits == 0 ? std::to_string(number)
                       : fmt::format("{}.{:0{}}", number / scale, number % scale, digits);
}

std::string Timestamp(int64_t seconds) {
    using std::chrono::days;
    const int64_t day = seconds / 86400;
    const int64_t of_day = seconds % 86400;
    const std::chrono::year_month_day date{std::chrono::sys_days(days(day))};
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       of_day / 3600, of_day / 60 % 60, of_day % 60);
}

}  // namespace pgspan::control
