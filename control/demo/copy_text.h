// CopyText: rows in the text format of PostgreSQL's COPY. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace pgspan::control {

class CopyText {
  public:
    CopyText& Add(std::string_view text);  // escaped
    CopyText& Add(const char* text) { return Add(std::string_view(text)); }
    CopyText& AddNull();
    template <typename T>
    requires std::is_integral_v<T> CopyText& Add(T number) {
        return Add(std::string_view(std::to_string(number)));
    }
    // `digits` decimal places: Add(1250, 2) is 12.50. Precondition: number >= 0.
    CopyText& Add(int64_t number, int digits);
    void EndRow();

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] int64_t rows() const { return rows_; }

  private:
    void Separate();

    std::string text_;
    int64_t rows_ = 0;
    bool row_begun_ = false;
};

// "2024-03-01 12:00:00" for seconds since 1970, without a time zone.
std::string Timestamp(int64_t seconds);

// The decimal text of number / 10^digits. Precondition: number >= 0.
std::string Decimal(int64_t number, int digits);

}  // namespace pgspan::control
