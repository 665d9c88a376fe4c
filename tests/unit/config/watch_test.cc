#include "gateway/config/watch.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

TEST(FileWatchTest, AChangeIsToldOnce) {
  const TempDir dir;
  FileWatch watch(dir.Write("w.yaml", "shards: 1\n"));
  EXPECT_FALSE(watch.Changed());
  dir.Write("w.yaml", "shards: 10\n");
  EXPECT_TRUE(watch.Changed());
  EXPECT_FALSE(watch.Changed());
}

TEST(FileWatchTest, TheSameSizeAtAnotherTimeIsAChange) {
  const TempDir dir;
  const std::string path = dir.Write("w.yaml", "shards: 1\n");
  FileWatch watch(path);
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatchTest, KubernetesSwapsASymlinkAboveTheFile) {
  const TempDir dir;
  const auto write = [&](const std::string& name) {
    const std::string path = dir.Write(name + "/w.yaml", "shards: 1\n");
    std::filesystem::last_write_time(path, std::filesystem::file_time_type());
  };
  write("..old");
  std::filesystem::create_symlink("..old", dir.Path("..data"));
  std::filesystem::create_symlink("..data/w.yaml", dir.Path("w.yaml"));
  FileWatch watch(dir.Path("w.yaml"));
  EXPECT_FALSE(watch.Changed());
  write("..new");
  EXPECT_FALSE(watch.Changed()) << "not yet in its place";
  std::filesystem::create_symlink("..new", dir.Path("..tmp"));
  std::filesystem::rename(dir.Path("..tmp"), dir.Path("..data"));
  EXPECT_TRUE(watch.Changed()) << "same size and time, another file";
  EXPECT_FALSE(watch.Changed());
}

TEST(FileWatchTest, AFileThatIsGoneIsNoChangeButItsReturnIs) {
  const TempDir dir;
  const std::string path = dir.Write("w.yaml", "shards: 1\n");
  FileWatch watch(path);
  // Moved away, not removed, so that its inode is not used again at once.
  std::filesystem::rename(path, dir.Path("kept.yaml"));
  EXPECT_FALSE(watch.Changed());
  dir.Write("w.yaml", "shards: 1\n");
  EXPECT_TRUE(watch.Changed());
}

TEST(FileWatchTest, AFileMayAppearLater) {
  const TempDir dir;
  FileWatch watch(dir.Path("w.yaml"));
  EXPECT_FALSE(watch.Changed());
  dir.Write("w.yaml", "");
  EXPECT_TRUE(watch.Changed());
}

// How a pair of files is read that must be the same.
class FileSetWatchTest : public testing::Test {
 protected:
  std::optional<absl::Status> Look() {
    return watch_.Look([this] {
      ++loads_;
      return good_ ? absl::OkStatus() : absl::InvalidArgumentError("they do not fit");
    });
  }

  const TempDir dir_;
  FileSetWatch watch_{{dir_.Write("a", "1"), dir_.Write("b", "1"), ""}};
  bool good_ = true;
  int loads_ = 0;
};

TEST_F(FileSetWatchTest, NothingIsReadUntilAFileChanges) {
  EXPECT_EQ(Look(), std::nullopt);
  EXPECT_EQ(loads_, 0);
  dir_.Write("b", "22");
  EXPECT_EQ(Look(), absl::OkStatus());
  EXPECT_EQ(Look(), std::nullopt);
  EXPECT_EQ(loads_, 1);
}

TEST_F(FileSetWatchTest, HalfAChangeIsNotToldIfTheOtherHalfFollows) {
  dir_.Write("a", "22");
  good_ = false;
  EXPECT_EQ(Look(), std::nullopt);
  dir_.Write("b", "22");
  good_ = true;
  EXPECT_EQ(Look(), absl::OkStatus());
  EXPECT_EQ(Look(), std::nullopt);
}

TEST_F(FileSetWatchTest, WhatStaysBadIsToldOnceAndTriedUntilItIsGood) {
  dir_.Write("a", "22");
  good_ = false;
  EXPECT_EQ(Look(), std::nullopt);
  EXPECT_EQ(Look(), absl::InvalidArgumentError("they do not fit"));
  EXPECT_EQ(Look(), std::nullopt);
  EXPECT_EQ(loads_, 3);
  good_ = true;
  EXPECT_EQ(Look(), absl::OkStatus()) << "no file has changed, but it is good now";
  EXPECT_EQ(Look(), std::nullopt);
}

TEST_F(FileSetWatchTest, AnotherBadChangeIsToldAgain) {
  good_ = false;
  for (const char* content : {"22", "333"}) {
    dir_.Write("a", content);
    EXPECT_EQ(Look(), std::nullopt);
    EXPECT_EQ(Look(), absl::InvalidArgumentError("they do not fit"));
  }
}

}  // namespace
}  // namespace wsgate
