#include "gateway/auth/json_object.h"

#include <algorithm>
#include <array>
#include <vector>

namespace wsgate {

bool HasDuplicateNames(simdjson::dom::object object) {
  constexpr size_t kFew = 32;
  std::array<std::string_view, kFew> few;
  std::vector<std::string_view> many;
  const size_t count = object.size();
  if (count > kFew) many.resize(count);
  std::string_view* const names = count > kFew ? many.data() : few.data();
  size_t at = 0;
  for (const simdjson::dom::key_value_pair entry : object) {
    if (at == count) return true;  // It does not count more than 2^24 members.
    names[at++] = entry.key;
  }
  std::sort(names, names + at);
  return std::adjacent_find(names, names + at) != names + at;
}

std::optional<std::string_view> StringIn(simdjson::dom::object object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<simdjson::dom::object> JsonReader::ReadObject(std::string& text) {
  const size_t size = text.size();
  if (parser_.capacity() > kKeptBytes) parser_ = simdjson::dom::parser();
  if (parser_.capacity() < size || parser_.max_depth() != kDepthMax + 1) {
    const size_t room = std::max<size_t>(size, 1024);
    if (parser_.allocate(room, kDepthMax + 1) != simdjson::SUCCESS) return std::nullopt;
  }
  text.append(simdjson::SIMDJSON_PADDING, '\0');
  simdjson::dom::object object;
  const bool good = parser_.parse(text.data(), size, /*realloc_if_needed=*/false).get(object) ==
                    simdjson::SUCCESS;
  if (!good) return std::nullopt;
  return object;
}

}  // namespace wsgate
