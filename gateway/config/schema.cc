#include <nlohmann/json.hpp>

#include "gateway/config/fields.h"
#include "gateway/config/strings.h"
#include "gateway/config/text.h"

namespace wsgate {
namespace {

using Json = nlohmann::ordered_json;

// Numbers in quotes are read too; patterns cannot check their range, the loader does.
constexpr std::string_view kCountPattern = "^[0-9]+$";
constexpr std::string_view kBytesPattern = "^[0-9]+ *(B|KiB|MiB|GiB)?$";
constexpr std::string_view kDurationPattern = "^(0|([0-9]+(h|m|s|ms|us|ns))+)$";
constexpr std::string_view kAddressPattern =
    "^(localhost|[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$";

void AddZeroWord(const Field& field, Json& any_of) {
  if (field.zero.empty()) return;
  any_of.push_back({{"const", 0}});
  any_of.push_back({{"const", field.zero}});
  // YAML 1.1 reads a bare `off` as false.
  if (field.zero == "off") any_of.push_back({{"const", false}});
}

Json NumberSchema(const Field& field) {
  Json any_of = Json::array();
  if (field.type != FieldType::kDuration) {
    any_of.push_back({{"type", "integer"}, {"minimum", field.min}, {"maximum", field.max}});
  } else {
    any_of.push_back({{"const", 0}});
  }
  const std::string_view pattern = field.type == FieldType::kDuration ? kDurationPattern
                                   : field.type == FieldType::kBytes  ? kBytesPattern
                                                                      : kCountPattern;
  any_of.push_back({{"type", "string"}, {"pattern", pattern}});
  AddZeroWord(field, any_of);
  return {{"anyOf", std::move(any_of)}};
}

Json EnumSchema(const Field& field) {
  Json words = Json::array();
  for (const std::string_view word : field.choices) {
    words.push_back(word);
    if (word == "off") words.push_back(false);
  }
  if (DefaultOf(field).empty()) words.push_back("");
  return {{"enum", std::move(words)}};
}

// One text, or a list of them.
Json ListSchema(const Field& field) {
  Json text = {{"type", "string"}, {"maxLength", field.max}};
  Json list = {{"type", "array"}, {"minItems", 1}, {"items", {{"type", "string"}}}};
  return {{"anyOf", Json::array({std::move(text), std::move(list)})}};
}

Json FieldSchema(const Field& field) {
  switch (field.type) {
    case FieldType::kBool:
      return {{"type", "boolean"}};
    case FieldType::kString:
      return {{"type", "string"}, {"maxLength", field.max}};
    case FieldType::kAddress:
      return {{"type", "string"}, {"pattern", kAddressPattern}};
    case FieldType::kTargets:
      return {{"type", "string"}};
    case FieldType::kList:
      return ListSchema(field);
    case FieldType::kEnum:
      return EnumSchema(field);
    case FieldType::kCount:
    case FieldType::kBytes:
    case FieldType::kDuration:
      return NumberSchema(field);
  }
  return Json::object();
}

Json DefaultJson(const Field& field) {
  if (field.type == FieldType::kBool) return DefaultOf(field) == "true";
  const uint64_t number = NumberOf(field, Config{});
  if (field.type == FieldType::kCount && number != 0) return number;
  return DefaultOf(field);
}

// A group may be empty, which YAML reads as null.
Json GroupSchema() {
  return {{"type", {"object", "null"}},
          {"additionalProperties", false},
          {"properties", Json::object()}};
}

}  // namespace

std::string ConfigSchemaText() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Configuration file of wsgate"}};
  schema.update(GroupSchema());
  for (const Field& field : Fields()) {
    Json* group = &schema;
    const std::vector<std::string> path = Split(field.name, '.');
    for (size_t depth = 0; depth + 1 < path.size(); ++depth) {
      Json& properties = (*group)["properties"];
      if (!properties.contains(path[depth])) properties[path[depth]] = GroupSchema();
      group = &properties[path[depth]];
    }
    Json leaf = {{"description", Cat(field.help, " Allowed: ", DescribeRange(field), ".")},
                 {"default", DefaultJson(field)}};
    leaf.update(FieldSchema(field));
    (*group)["properties"][path.back()] = std::move(leaf);
  }
  return schema.dump(2) + "\n";
}

}  // namespace wsgate
