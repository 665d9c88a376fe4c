#include "control/reflection_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>
#include <utility>

#include "control/refused_stream.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using Request = ReflectionService::Request;
using Response = ReflectionService::Response;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

// The file behind those that it imports, each once.
void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
             grpc::reflection::v1alpha::FileDescriptorResponse& response) {
  if (!seen.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  response.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), seen, response);
}

void Refuse(std::string_view what, Response& response) {
  auto& error = *response.mutable_error_response();
  error.set_error_code(grpc::NOT_FOUND);
  error.set_error_message(Cat("there is no ", what));
}

void AnswerFile(const FileDescriptor* file, std::string_view what, Response& response) {
  if (file == nullptr) return Refuse(what, response);
  std::set<const FileDescriptor*> seen;
  AddFile(*file, seen, *response.mutable_file_descriptor_response());
}

void AnswerExtensions(const std::string& type, Response& response) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const google::protobuf::Descriptor* const message = pool.FindMessageTypeByName(type);
  if (message == nullptr) return Refuse("such message", response);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type);
  std::vector<const google::protobuf::FieldDescriptor*> extensions;
  pool.FindAllExtensions(message, &extensions);
  for (const auto* extension : extensions) numbers.add_extension_number(extension->number());
}

const FileDescriptor* FileOfExtension(const grpc::reflection::v1alpha::ExtensionRequest& asked) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const auto* const message = pool.FindMessageTypeByName(asked.containing_type());
  if (message == nullptr) return nullptr;
  const auto* const extension = pool.FindExtensionByNumber(message, asked.extension_number());
  return extension == nullptr ? nullptr : extension->file();
}

void Answer(const Request& request, const std::vector<std::string>& services, Response& response) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      return AnswerFile(pool.FindFileByName(request.file_by_filename()), "such file", response);
    case Request::kFileContainingSymbol:
      return AnswerFile(pool.FindFileContainingSymbol(request.file_containing_symbol()),
                        "such symbol", response);
    case Request::kFileContainingExtension:
      return AnswerFile(FileOfExtension(request.file_containing_extension()), "such extension",
                        response);
    case Request::kAllExtensionNumbersOfType:
      return AnswerExtensions(request.all_extension_numbers_of_type(), response);
    case Request::kListServices:
      for (const std::string& name : services) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      return;
    case Request::MESSAGE_REQUEST_NOT_SET:
      return Refuse("question", response);
  }
}

// One caller's questions, one after the other.
// Owner:   itself, until OnDone().
// Threads: gRPC's, one reaction at a time: nothing is read while something is written.
class Conversation final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit Conversation(const std::vector<std::string>& services) : services_(services) {
    StartRead(&request_);
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);  // The caller has no more questions.
    response_.Clear();
    Answer(request_, services_, response_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

  const std::vector<std::string>& services_;
  Request request_;
  Response response_;
};

}  // namespace

grpc::ServerBidiReactor<Request, Response>* ReflectionService::ServerReflectionInfo(
    grpc::CallbackServerContext* context) {
  if (authorizer_ != nullptr) {
    Authorizer::Verdict verdict =
        authorizer_->Admit("ServerReflectionInfo", Scope::kStatsRead, *context);
    if (verdict.caller == nullptr) {
      return new RefusedStream<grpc::ServerBidiReactor<Request, Response>>(
          std::move(verdict.status));
    }
  }
  return new Conversation(services_);
}

}  // namespace wsgate
