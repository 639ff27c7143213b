#include "reports/text/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "reports/reports.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

bool is_empty(const ScratchDirectory& scratch) {
  return std::filesystem::is_empty(scratch.path());
}

/// For one test no file may grow beyond a size: writing then fails as on a full disk, with a cause
/// of its own.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(OutputFile, AppearsOnlyWhenItIsCommitted) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "a.txt";
  OutputFile file(path);
  file.write("one ");
  file.write("two");
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(read_file(path), "one two");
}

TEST(OutputFile, LeavesNothingWhenItIsGivenUp) {
  const ScratchDirectory scratch;
  {
    OutputFile(scratch.path() / "a.txt").write("half");
  }
  EXPECT_TRUE(is_empty(scratch));
}

TEST(OutputFile, WritesMoreThanItsBuffer) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "a.txt";
  OutputFile file(path);
  const std::string piece(1000, 'x');
  for (int i = 0; i < 1000; ++i) file.write(piece);
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(std::filesystem::file_size(path), 1'000'000u);
}

TEST(OutputFile, NamesPathAndCauseWhenTheDirectoryIsMissing) {
  const ScratchDirectory scratch;
  OutputFile file(scratch.path() / "missing" / "a.txt");
  file.write("text");
  const auto done = file.commit();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(),
              AllOf(HasSubstr("missing/a.txt"), HasSubstr("No such file or directory")));
}

TEST(OutputFile, NamesPathAndCauseWhenTheNameIsADirectory) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.path() / "a.txt");
  OutputFile file(scratch.path() / "a.txt");
  const auto done = file.commit();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), AllOf(HasSubstr("a.txt"), HasSubstr("directory")));
}

TEST(OutputFile, KeepsTheOlderFileWhenTheDiskTakesNoMore) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "a.txt";
  ASSERT_TRUE(write_files({{path, "older"}}));
  const auto done = [&] {
    const FileSizeLimit limit(100);
    return write_files({{path, std::string(1000, 'x')}});
  }();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), AllOf(HasSubstr(path.string()), HasSubstr("File too large")));
  EXPECT_EQ(read_file(path), "older");
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".partial"));
}

TEST(Formats, NamePathAndCauseWhenTheDiskTakesNoMore) {
  const SampleRun run = proven_draw();
  const ReportInput input = input_of(run);
  for (const Format& format : formats()) {
    const ScratchDirectory scratch;
    const auto written = [&] {
      const FileSizeLimit limit(100);
      return format.write(input, scratch.path());
    }();
    ASSERT_FALSE(written) << format.name;
    EXPECT_THAT(written.error(),
                AllOf(HasSubstr(scratch.path().string()), HasSubstr("File too large")));
  }
}

TEST(Formats, NamePathAndCauseWhenTheDirectoryIsMissing) {
  const SampleRun run = proven_draw();
  const ScratchDirectory scratch;
  for (const Format& format : formats()) {
    const auto written = format.write(input_of(run), scratch.path() / "missing");
    ASSERT_FALSE(written) << format.name;
    EXPECT_THAT(written.error(), AllOf(HasSubstr("missing"), HasSubstr("No such file")));
  }
}

TEST(Formats, HaveNamesOfTheirOwn) {
  for (const Format& format : formats()) EXPECT_EQ(&format_named(format.name), &format);
}

}  // namespace
}  // namespace fairrush::reports::testing
